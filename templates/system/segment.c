/* Takes the tree through a segment: the nodes above what was touched, at the start and at the end, and their hashes. */
#include <stdlib.h>
#include "segment.h"

#define EXPORT __attribute__((visibility("default")))
/* Rows of a table. */
enum { MOST_ROWS = 1 << 24 };
/* Times are below 2^29. */
enum { TIME_BITS = 29 };
/* Nodes that a thread takes at once. */
enum { GRAIN = 64 };

EXPORT void rvr_plan_free(struct plan *p)
{
  if (p == 0) return;
  free(p->leaves);
  free(p->nodes);
  free(p->asked);
  free(p);
}

struct passing { struct tree *tree; struct plan *plan; const struct standing *standing; uint32_t height; };

/* Touched blocks → leaves. The other block of a leaf is as it is now. */
static int take_leaves(struct plan *p, const struct standing *s, const struct rvr_touched *touched, uint64_t count)
{
  uint64_t leaves = 0, last = UINT64_MAX;
  for (uint64_t k = 0; k < count; k++) {
    const struct rvr_touched *t = &touched[k];
    uint64_t key = ((uint64_t)t->space << 32) | t->block;
    int is_outside = t->space < 1 || t->space > SPACES || t->block >> LEAF_LEVELS > 1 || (t->space == 1 && t->block >= REGISTERS);
    int is_wide = BLOCK_BYTES < 8 && ((t->old | t->now) >> (8 * (BLOCK_BYTES & 7))) != 0;
    if (is_outside || is_wide || t->last == 0 || t->last >> TIME_BITS != 0 || (last != UINT64_MAX && key <= last)) return SYSTEM_REFUSED;
    if (last == UINT64_MAX || key >> 1 != last >> 1) leaves++;
    last = key;
  }
  if (leaves * BOUNDARY_ROWS > MOST_ROWS) return SYSTEM_TOO_HIGH;
  p->leaves = calloc(leaves + 1, sizeof *p->leaves);
  if (p->leaves == 0) return SYSTEM_NO_MEMORY;
  struct leaf *l = p->leaves - 1;
  last = UINT64_MAX;
  for (uint64_t k = 0; k < count; k++) {
    const struct rvr_touched *t = &touched[k];
    uint64_t key = (((uint64_t)t->space << 32) | t->block) >> 1;
    if (key != last) {
      *++l = (struct leaf){ ((t->space - 1) << LEAF_LEVELS) + (t->block >> 1) };
      for (int b = 0; b < 2; b++) l->old[b] = l->now[b] = standing_block(s, t->space - 1, (t->block & ~1u) + b);
      last = key;
    }
    int b = t->block & 1;
    l->old[b] = t->old;
    l->now[b] = t->now;
    l->last[b] = t->last;
    l->written |= t->written != 0;
  }
  p->leaf_count = leaves;
  return SYSTEM_DONE;
}

/* The nodes above the leaves, height by height. Without leaves, those above the first leaf stand in. */
static int take_nodes(struct plan *p)
{
  uint64_t counts[TREE_HEIGHT + 1] = { 0 }, all = 0, rows = 0;
  for (int h = 1; h <= TREE_HEIGHT; h++) counts[h] = 1;
  for (uint64_t k = 1; k < p->leaf_count; k++) {
    int differs = 31 - __builtin_clz(p->leaves[k].index ^ p->leaves[k - 1].index);
    for (int h = 1; h <= differs; h++) counts[h]++;
  }
  for (int h = 1; h <= TREE_HEIGHT; h++) {
    p->from[h] = all;
    all += counts[h];
  }
  p->from[TREE_HEIGHT + 1] = all;
  if (all > MOST_ROWS) return SYSTEM_TOO_HIGH;
  p->nodes = calloc(all, sizeof *p->nodes);
  if (p->nodes == 0) return SYSTEM_NO_MEMORY;
  p->node_count = all;
  for (int h = 1; h <= TREE_HEIGHT; h++) {
    struct node *n = p->nodes + p->from[h] - 1, *first = n + 1;
    const struct node *below = h == 1 ? 0 : p->nodes + p->from[h - 1];
    uint64_t count = h == 1 ? p->leaf_count : counts[h - 1];
    for (uint64_t k = 0; k < count; k++) {
      uint32_t index = below == 0 ? p->leaves[k].index : below[k].index;
      int ends = below == 0 ? leaf_ends(&p->leaves[k]) : (below[k].flags & ENDED) != 0;
      if (n < first || n->index != index >> 1) *++n = (struct node){ index >> 1, (uint32_t)k };
      n->flags |= (index & 1 ? REACHED_RIGHT : REACHED_LEFT) | (ends ? ENDED : 0);
    }
    if (count == 0) *++n = (struct node){ 0 };
    /* The root always has both rows. */
    if (!ONLY_WRITTEN || h == TREE_HEIGHT) for (n = first; n < p->nodes + p->from[h + 1]; n++) n->flags |= ENDED;
  }
  for (int h = TREE_HEIGHT; h >= 1; h--)
    for (uint64_t k = p->from[h]; k < p->from[h + 1]; k++) {
      p->nodes[k].row = (uint32_t)rows;
      rows += p->nodes[k].flags & ENDED ? 2 : 1;
    }
  p->outcome.merkle_rows = rows;
  p->outcome.boundary_rows = p->leaf_count * BOUNDARY_ROWS;
  return rows > MOST_ROWS ? SYSTEM_TOO_HIGH : SYSTEM_DONE;
}

static void hash_leaves(void *of, uint64_t from, uint64_t to)
{
  const struct passing *p = of;
  uint32_t cells[GRAIN][2][LEAF_CELLS];
  struct hashing h = { 0 };
  for (uint64_t k = from; k < to; k++) {
    struct leaf *l = &p->plan->leaves[k];
    leaf_cells(l->old[0], l->old[1], cells[k - from][0]);
    leaf_cells(l->now[0], l->now[1], cells[k - from][1]);
    hash_later(&h, cells[k - from][0], NO_HASH, l->start);
    if (leaf_ends(l)) hash_later(&h, cells[k - from][1], NO_HASH, l->end);
  }
  hash_now(&h);
}

/* Hashes of children below which nothing was touched, where the tree keeps none: from memory. */
static void hash_others(const struct passing *p, struct node *nodes, uint64_t count)
{
  uint32_t below = p->height - 1, leaves = 1u << below, used = 0;
  uint32_t cells[GRAIN * 2 * LOWEST][LEAF_CELLS];
  hash hashes[GRAIN * 2 * LOWEST];
  struct hashing h = { 0 };
  for (int pass = 0; pass < (int)LOWEST; pass++, used = 0, hash_now(&h))
    for (uint64_t k = 0; k < count; k++)
      for (int side = 0; side < 2; side++) {
        struct node *n = &nodes[k];
        if (n->flags & (side ? REACHED_RIGHT : REACHED_LEFT)) continue;
        uint32_t *out = side ? n->right : n->left;
        if (pass == 1 && below == 1) hash_later(&h, hashes[used], hashes[used + 1], out);
        for (uint32_t leaf = 0; leaf < leaves; leaf++, used++) {
          if (pass == 1) continue;
          uint64_t index = ((2 * (uint64_t)n->index + side) << below) + leaf, space = index >> LEAF_LEVELS;
          uint64_t block = 2 * (index & ((1u << LEAF_LEVELS) - 1));
          uint64_t first = standing_block(p->standing, space, block), second = standing_block(p->standing, space, block + 1);
          uint32_t *to = below == 0 ? out : hashes[used];
          if ((first | second) == 0) {
            hash_copy(to, p->tree->zeros[0]);
            continue;
          }
          leaf_cells(first, second, cells[used]);
          hash_later(&h, cells[used], NO_HASH, to);
        }
      }
}

static void hash_nodes(void *of, uint64_t from, uint64_t to)
{
  const struct passing *p = of;
  struct node *nodes = p->plan->nodes + p->plan->from[p->height];
  struct hashing h = { 0 };
  if (p->height - 1 < LOWEST) hash_others(p, nodes + from, to - from);
  for (uint64_t k = from; k < to; k++) {
    struct node *n = &nodes[k];
    for (int side = 0; side < 2; side++) {
      uint32_t *start = side ? n->right : n->left;
      if (n->flags & (side ? REACHED_RIGHT : REACHED_LEFT)) hash_copy(start, child_of(p->plan, p->height, n, side).start);
      else if (p->height - 1 >= LOWEST) hash_copy(start, tree_hash(p->tree, p->height - 1, 2 * (uint64_t)n->index + side));
    }
    hash_later(&h, n->left, n->right, n->start);
    if ((n->flags & ENDED) == 0) continue;
    const uint32_t *left = child_of(p->plan, p->height, n, 0).end, *right = child_of(p->plan, p->height, n, 1).end;
    hash_later(&h, left ? left : n->left, right ? right : n->right, n->end);
  }
  hash_now(&h);
}

/* The hash that the `of`th input comes to: two for each leaf and node. Equal hashes are of equal inputs. */
static const uint32_t *hash_asked(const struct plan *p, uint32_t of)
{
  uint64_t k = of >> 1;
  if (k < p->leaf_count) return of & 1 ? p->leaves[k].end : p->leaves[k].start;
  k -= p->leaf_count;
  return of & 1 ? p->nodes[k].end : p->nodes[k].start;
}

struct asking { struct plan *plan; uint32_t *table; uint64_t mask; };

static void ask(struct asking *a, uint64_t of)
{
  struct plan *p = a->plan;
  const uint32_t *wanted = hash_asked(p, (uint32_t)of);
  for (uint64_t at = wanted[0] ^ ((uint64_t)wanted[1] << 13);; at++) {
    uint32_t *place = &a->table[at & a->mask];
    if (*place == 0) {
      p->asked[p->asked_count] = (struct asked){ (uint32_t)of, 1 };
      *place = (uint32_t)++p->asked_count;
      return;
    }
    struct asked *known = &p->asked[*place - 1];
    if (memcmp(hash_asked(p, known->of), wanted, sizeof(hash)) == 0) {
      known->count++;
      return;
    }
  }
}

/* Inputs of the hash in the order in which leaves' and nodes' rows ask for them, each once. */
static int take_asked(struct plan *p, struct crew crew)
{
  uint64_t most = 2 * p->leaf_count + p->outcome.merkle_rows, size = 64;
  while (size < 2 * most) size *= 2;
  p->asked = malloc(most * sizeof *p->asked);
  struct asking a = { p, calloc(size, sizeof *a.table), size - 1 };
  if (p->asked == 0 || a.table == 0) {
    free(a.table);
    return SYSTEM_NO_MEMORY;
  }
  for (uint64_t k = 0; k < p->leaf_count; k++) {
    ask(&a, 2 * k);
    if (leaf_ends(&p->leaves[k])) ask(&a, 2 * k + 1);
  }
  for (int h = TREE_HEIGHT; h >= 1 && !is_cancelled(crew.cancel); h--)
    for (uint64_t k = p->from[h]; k < p->from[h + 1]; k++) {
      ask(&a, 2 * (p->leaf_count + k));
      if (p->nodes[k].flags & ENDED) ask(&a, 2 * (p->leaf_count + k) + 1);
    }
  free(a.table);
  struct asked *fitting = realloc(p->asked, p->asked_count * sizeof *p->asked);
  if (fitting != 0) p->asked = fitting;
  p->outcome.hash_rows = p->asked_count;
  if (is_cancelled(crew.cancel)) return SYSTEM_CANCELLED;
  return p->asked_count > MOST_ROWS ? SYSTEM_TOO_HIGH : SYSTEM_DONE;
}

/* Puts what has changed into the tree; the room for it is taken first. */
static int keep_ends(struct tree *t, const struct plan *p)
{
  for (int is_kept = 0; is_kept < 2; is_kept++)
    for (int h = LOWEST; h <= TREE_HEIGHT; h++)
      for (uint64_t k = p->from[h]; k < p->from[h + 1]; k++) {
        const struct node *n = &p->nodes[k];
        if ((n->flags & ENDED) == 0) continue;
        if (is_kept) hash_copy(tree_place(t, h, n->index), n->end);
        else if (!tree_open(t, h, n->index)) return SYSTEM_NO_MEMORY;
      }
  return SYSTEM_DONE;
}

static int pass_through(struct tree *t, struct plan *p, const struct standing *s, const struct rvr_touched *touched, uint64_t count, struct crew crew)
{
  struct passing passing = { t, p, s, 0 };
  int answer = take_leaves(p, s, touched, count);
  if (answer == SYSTEM_DONE) answer = take_nodes(p);
  if (answer == SYSTEM_DONE) answer = in_parallel(crew, p->leaf_count, GRAIN, hash_leaves, &passing);
  for (int h = 1; answer == SYSTEM_DONE && h <= TREE_HEIGHT; h++) {
    passing.height = h;
    answer = in_parallel(crew, p->from[h + 1] - p->from[h], GRAIN, hash_nodes, &passing);
  }
  if (answer != SYSTEM_DONE) return answer;
  const struct node *root = &p->nodes[p->from[TREE_HEIGHT]];
  if (memcmp(root->start, tree_hash(t, TREE_HEIGHT, 0), sizeof(hash)) != 0) return SYSTEM_DIVERGED;
  hash_copy(p->outcome.before, root->start);
  hash_copy(p->outcome.after, root->end);
  answer = take_asked(p, crew);
  return answer == SYSTEM_DONE ? keep_ends(t, p) : answer;
}

/*
 * What a segment's tables need, from the blocks that it touched, by space and number, and what the guest holds at its
 * end. The tree is at the segment's end then; it stays as it is where the answer is not SYSTEM_DONE.
 */
EXPORT int rvr_plan_create(struct tree *t, const struct rvr_touched *touched, uint64_t count,
  const uint8_t *memory, uint64_t memory_bytes, const uint64_t *registers, const uint8_t *publics, uint64_t publics_bytes,
  uint32_t threads, const uint32_t *cancel, struct plan **out, struct outcome *outcome)
{
  struct standing s = { memory, memory_bytes, registers, publics, publics_bytes };
  struct plan *p = calloc(1, sizeof *p);
  if (p == 0) return SYSTEM_NO_MEMORY;
  int answer = pass_through(t, p, &s, touched, count, (struct crew){ threads, cancel });
  if (answer != SYSTEM_DONE) {
    rvr_plan_free(p);
    return answer;
  }
  *out = p;
  *outcome = p->outcome;
  return SYSTEM_DONE;
}
