/* Trees of hashes over matrices: piece by piece, each a part of the tree that ends in one digest. */
#include "tree.h"
#include <string.h>
#include "sha.h"

/*
 * Levels of a part, if its rows are not too long, but never less than those that are not kept; rows and digests that are put
 * side by side before they are hashed.
 */
enum { PART_LEVELS = 8, PART_BLOCKS = 1 << 13, LEAST_LEVELS = 4, BATCH = 64 };

struct tree {
  struct stark_work *work;
  stark_chains *chains;
  uint8_t *digests;
  uint32_t height, kept;
  const struct stark_group *groups;
  uint32_t count;
  uint32_t level, levels; /* of the parts: from which on, how many above it */
};

static uint8_t *digests_of(const struct tree *t, uint32_t level)
{
  return t->digests + HASH_DIGEST * (((UINT64_C(2) << t->kept) - (UINT64_C(2) << level)));
}

static const struct stark_group *group_of(const struct tree *t, uint32_t level)
{
  for (uint32_t k = 0; k < t->count; k++)
    if (t->groups[k].log_height == level) return &t->groups[k];
  return 0;
}

static uint64_t blocks_of(const struct stark_group *group) { return (group->stride + 15) / 16; }

static void hash_rows(const struct tree *t, uint8_t *digests, const struct stark_group *group, uint64_t from, uint64_t count)
{
  const uint64_t stride = group->stride;
  const uint32_t *rows = group->rows + from * stride;
  if (stride % 16 == 0) {
    t->chains(digests, &hash_leaf_iv, (const uint8_t *)rows, 4 * stride, stride / 16, count);
    return;
  }
  struct hash_block blocks[BATCH];
  memset(blocks, 0, sizeof blocks);
  for (uint64_t at = 0; at < count; at += BATCH, digests += BATCH * HASH_DIGEST) {
    const uint64_t some = count - at < BATCH ? count - at : BATCH;
    for (uint64_t k = 0; k < some; k++, rows += stride)
      for (uint64_t c = 0; c < stride; c++) blocks[k].word[c] = rows[c];
    t->chains(digests, &hash_leaf_iv, (const uint8_t *)blocks, HASH_BLOCK, 1, some);
  }
}

static void join_rows(const struct tree *t, uint8_t *digests, const struct stark_group *group, uint64_t from, uint64_t count)
{
  uint8_t leaves[BATCH * HASH_DIGEST];
  struct hash_block both[BATCH];
  for (uint64_t at = 0; at < count; at += BATCH, digests += BATCH * HASH_DIGEST) {
    const uint64_t some = count - at < BATCH ? count - at : BATCH;
    hash_rows(t, leaves, group, from + at, some);
    for (uint64_t k = 0; k < some; k++) {
      memcpy(&both[k], digests + HASH_DIGEST * k, HASH_DIGEST);
      memcpy(&both[k].word[8], leaves + HASH_DIGEST * k, HASH_DIGEST);
    }
    t->chains(digests, &hash_join_iv, (const uint8_t *)both, HASH_BLOCK, 1, some);
  }
}

/* Digests that are not kept, of one level after another. */
struct unkept {
  uint8_t digests[2][HASH_DIGEST << PART_LEVELS];
};

static uint8_t *place_of(const struct tree *t, uint32_t level, uint64_t from, struct unkept *unkept)
{
  return level <= t->kept ? digests_of(t, level) + HASH_DIGEST * from : unkept->digests[level & 1];
}

/*
 * Over 2^levels digests of a level, from number `from` on, those above them, to the one that they end in. Digests of leaves
 * are made first. Returns the last place that was written, and adds compressions.
 */
static uint8_t *climb(const struct tree *t, uint32_t level, uint32_t levels, uint64_t from, struct unkept *unkept, uint64_t *compressions)
{
  uint64_t count = UINT64_C(1) << levels;
  uint8_t *digests = place_of(t, level, from, unkept);
  if (level == t->height) {
    hash_rows(t, digests, &t->groups[0], from, count);
    *compressions += count * blocks_of(&t->groups[0]);
  }
  for (uint32_t left = levels; left > 0; left--) {
    const uint8_t *below = digests;
    from /= 2, count /= 2, level--;
    digests = place_of(t, level, from, unkept);
    t->chains(digests, &hash_node_iv, below, HASH_BLOCK, 1, count);
    *compressions += count;
    const struct stark_group *group = group_of(t, level);
    if (group == 0) continue;
    join_rows(t, digests, group, from, count);
    *compressions += count * (blocks_of(group) + 1);
  }
  return digests;
}

static void part(void *of, uint64_t index, uint32_t thread)
{
  const struct tree *t = (const struct tree *)of;
  struct unkept unkept;
  uint64_t compressions = 0;
  (void)thread;
  climb(t, t->level, t->levels, index << t->levels, &unkept, &compressions);
  stark_done(t->work, compressions);
}

static struct tree tree_of(const struct stark_work *work, uint8_t *digests, const struct stark_group *groups, uint32_t count)
{
  const uint32_t height = groups[0].log_height;
  return (struct tree){ .chains = sha_chains(work), .digests = digests, .height = height, .kept = tree_kept(height),
                        .groups = groups, .count = count };
}

int stark_tree(struct stark_work *work, uint8_t *digests, const struct stark_group *groups, uint32_t count)
{
  struct tree t = tree_of(work, digests, groups, count);
  t.work = work;
  uint64_t blocks = 1;
  for (uint32_t k = 0; k < count; k++)
    if (blocks_of(&groups[k]) > blocks) blocks = blocks_of(&groups[k]);
  uint32_t most = PART_LEVELS;
  while (most > LEAST_LEVELS && blocks << most > PART_BLOCKS) most--;
  t.level = t.height;
  do {
    t.levels = t.level < most ? t.level : most;
    if (!stark_each(work, UINT64_C(1) << (t.level - t.levels), part, &t)) return STARK_CANCELLED;
    t.level -= t.levels;
  } while (t.level > 0);
  return STARK_DONE;
}

/* Of what is not kept, as much is hashed again as a digest follows from. */
static void copy_digest(const struct tree *t, uint8_t *to, uint32_t level, uint64_t index)
{
  struct unkept unkept;
  uint64_t compressions = 0;
  const uint8_t *digest = level <= t->kept ? digests_of(t, level) + HASH_DIGEST * index
    : climb(t, t->height, t->height - level, index << (t->height - level), &unkept, &compressions);
  memcpy(to, digest, HASH_DIGEST);
}

uint8_t *stark_path(const struct stark_work *work, uint8_t *to, const uint8_t *digests, const struct stark_group *groups,
                    uint32_t count, uint64_t leaf)
{
  /* Nothing of the tree is written: what is kept is read. */
  const struct tree t = tree_of(work, (uint8_t *)digests, groups, count);
  for (uint32_t level = t.height; level > 0; level--, leaf >>= 1, to += HASH_DIGEST) copy_digest(&t, to, level, leaf ^ 1);
  return to;
}
