/* Trees of hashes over matrices: piece by piece, each a part of the tree that ends in one digest. */
#include "tree.h"
#include <string.h>
#include "sha.h"

/* Levels of a part, if its rows are not too long; digests that are put side by side before they are hashed. */
enum { PART_LEVELS = 8, PART_BLOCKS = 1 << 13, LEAST_LEVELS = 4, BATCH = 64 };

struct tree {
  struct stark_work *work;
  stark_chains *chains;
  uint8_t *digests;
  uint32_t height;
  const struct stark_group *groups;
  uint32_t count;
  const uint32_t *leaves; /* of a tree without groups */
  uint32_t leaf_words;
  uint32_t level, levels; /* of the parts: from which on, how many above it */
};

static uint8_t *digests_of(const struct tree *t, uint32_t level)
{
  return t->digests + HASH_DIGEST * (((UINT64_C(2) << t->height) - (UINT64_C(2) << level)));
}

static const struct stark_group *group_of(const struct tree *t, uint32_t level)
{
  for (uint32_t k = 0; k < t->count; k++)
    if (t->groups[k].log_height == level) return &t->groups[k];
  return 0;
}

static void hash_rows(const struct tree *t, uint8_t *digests, const struct stark_group *group, uint64_t from, uint64_t count)
{
  const uint8_t *rows = (const uint8_t *)(group->rows + from * group->stride);
  t->chains(digests, &hash_leaf_iv, rows, 4 * group->stride, group->stride / 16, count);
}

/* Leaves that are half a block: the rest is 0. */
static void hash_halves(const struct tree *t, uint8_t *digests, const uint32_t *halves, uint64_t count)
{
  struct hash_block blocks[BATCH];
  memset(blocks, 0, sizeof blocks);
  for (uint64_t at = 0; at < count; at += BATCH) {
    const uint64_t some = count - at < BATCH ? count - at : BATCH;
    for (uint64_t k = 0; k < some; k++) memcpy(&blocks[k], halves + 8 * (at + k), HASH_DIGEST);
    t->chains(digests + HASH_DIGEST * at, &hash_leaf_iv, (const uint8_t *)blocks, HASH_BLOCK, 1, some);
  }
}

/* The leaves of a tree, which are as far from the root as its height says. */
static void hash_leaves(const struct tree *t, uint8_t *digests, uint64_t from, uint64_t count)
{
  if (t->count > 0) hash_rows(t, digests, &t->groups[0], from, count);
  else if (t->leaf_words == 8) hash_halves(t, digests, t->leaves + 8 * from, count);
  else {
    const struct stark_group leaves = { t->leaves, t->leaf_words, t->height };
    hash_rows(t, digests, &leaves, from, count);
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

static void part(void *of, uint64_t index, uint32_t thread)
{
  const struct tree *t = (const struct tree *)of;
  uint64_t from = index << t->levels, count = UINT64_C(1) << t->levels, compressions = 0;
  (void)thread;
  if (t->level == t->height) {
    hash_leaves(t, digests_of(t, t->level) + HASH_DIGEST * from, from, count);
    compressions = count * (((t->count > 0 ? t->groups[0].stride : t->leaf_words) + 15) / 16);
  }
  for (uint32_t level = t->level; level > t->level - t->levels; level--) {
    const uint8_t *below = digests_of(t, level) + HASH_DIGEST * from;
    from /= 2, count /= 2;
    uint8_t *digests = digests_of(t, level - 1) + HASH_DIGEST * from;
    t->chains(digests, &hash_node_iv, below, HASH_BLOCK, 1, count);
    compressions += count;
    const struct stark_group *group = group_of(t, level - 1);
    if (group == 0) continue;
    join_rows(t, digests, group, from, count);
    compressions += count * (group->stride / 16 + 1);
  }
  stark_done(t->work, compressions);
}

static int hash_tree(struct tree *t)
{
  uint64_t blocks = 1;
  for (uint32_t k = 0; k < t->count; k++)
    if (t->groups[k].stride / 16 > blocks) blocks = t->groups[k].stride / 16;
  uint32_t most = PART_LEVELS;
  while (most > LEAST_LEVELS && blocks << most > PART_BLOCKS) most--;
  t->level = t->height;
  do {
    t->levels = t->level < most ? t->level : most;
    if (!stark_each(t->work, UINT64_C(1) << (t->level - t->levels), part, t)) return STARK_CANCELLED;
    t->level -= t->levels;
  } while (t->level > 0);
  return STARK_DONE;
}

int stark_tree(struct stark_work *work, uint8_t *digests, const struct stark_group *groups, uint32_t count)
{
  struct tree t = { .work = work, .chains = sha_chains(work), .digests = digests, .height = groups[0].log_height,
    .groups = groups, .count = count };
  return hash_tree(&t);
}

int stark_leaf_tree(struct stark_work *work, uint8_t *digests, const uint32_t *leaves, uint32_t leaf_words, uint32_t log_leaves)
{
  struct tree t = { .work = work, .chains = sha_chains(work), .digests = digests, .height = log_leaves, .leaves = leaves,
    .leaf_words = leaf_words };
  return hash_tree(&t);
}
