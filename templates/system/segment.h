/* What a segment does to memory, as the tables of leaves, nodes and hashes show it. */
#include <stdint.h>
#include "tree.h"

/* A block that a segment has accessed: what it held at the start, what it holds, when it was last accessed. */
struct rvr_touched { uint32_t space, block; uint64_t old, now; uint32_t last, written; };

/* Spaces from 1, blocks by number in their space. */
struct leaf { uint32_t index, written, last[2]; uint64_t old[2], now[2]; hash start, end; };

enum { REACHED_LEFT = 1, REACHED_RIGHT = 2, REACHED = REACHED_LEFT | REACHED_RIGHT, ENDED = 4 };
/* A node above touched leaves. `child`: the first of the list below that it stands on; `row`: where its rows begin. */
struct node { uint32_t index, child, flags, row; hash left, right, start, end; };

/* One input of the hash, and how often it is asked for: a leaf's or a node's, at the start or at the end. */
struct asked { uint32_t of, count; };

/* Heights of the tables, without padding, and the tree's roots. */
struct outcome { uint64_t boundary_rows, merkle_rows, hash_rows; hash before, after; };

struct plan {
  uint64_t leaf_count, node_count, asked_count;
  struct leaf *leaves;
  struct node *nodes;
  struct asked *asked;
  /* By height: where its nodes begin. */
  uint64_t from[TREE_HEIGHT + 2];
  struct outcome outcome;
};

static inline int leaf_ends(const struct leaf *l) { return ONLY_WRITTEN ? l->written != 0 : 1; }

/* What the child on a side hashes to at the start, and at the end where it has one. */
struct child { int is_reached; const uint32_t *start, *end; };

static inline struct child child_of(const struct plan *p, uint32_t height, const struct node *n, int side)
{
  if ((n->flags & (side ? REACHED_RIGHT : REACHED_LEFT)) == 0) return (struct child){ 0, side ? n->right : n->left, 0 };
  uint64_t k = n->child + (side && n->flags & REACHED_LEFT ? 1 : 0);
  if (height == 1) {
    const struct leaf *l = &p->leaves[k];
    return (struct child){ 1, l->start, leaf_ends(l) ? l->end : 0 };
  }
  const struct node *c = &p->nodes[p->from[height - 1] + k];
  return (struct child){ 1, c->start, c->flags & ENDED ? c->end : 0 };
}

static inline uint32_t height_of(const struct plan *p, uint64_t node)
{
  uint32_t height = 1;
  while (node >= p->from[height + 1]) height++;
  return height;
}
