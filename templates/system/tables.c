/* Fills the machine's own tables. */
#include <string.h>
#include "segment.h"
#include "words.h"

/* What rows of the AIRs are about, by the names that their rules have for it (rows.h). */
struct boundary_values { uint64_t dir, space, leaf, dirty; const uint32_t *old, *now, *old_hash, *new_hash, *last_ts, *v, *h, *t; };
struct merkle_values {
  uint64_t dir, upper, height, root, space_label, leaf_label, left_mode, right_mode, left_kept, right_kept;
  const uint32_t *hash, *left, *right;
};
/* How often rows of a table were asked for. */
struct counting { const uint32_t *histogram; uint32_t *cells; };
struct lookup_table { uint64_t height, width, counts; stretch *fill; };
#include "rows.h"

#define EXPORT __attribute__((visibility("default")))
enum { GRAIN = 256 };

struct filling { const struct plan *plan; uint32_t *boundary, *merkle, *hash; };

static void fill_boundary(void *of, uint64_t from, uint64_t to)
{
  const struct filling *f = of;
  static const uint32_t never[2];
  for (uint64_t k = from; k < to; k++) {
    const struct leaf *l = &f->plan->leaves[k];
    uint32_t old[LEAF_CELLS], now[LEAF_CELLS], *row = f->boundary + k * BOUNDARY_ROWS * BOUNDARY_WIDTH;
    leaf_cells(l->old[0], l->old[1], old);
    leaf_cells(l->now[0], l->now[1], now);
    uint64_t space = (l->index >> LEAF_LEVELS) + 1, leaf = l->index & ((1u << LEAF_LEVELS) - 1);
    const uint32_t *end = leaf_ends(l) ? l->end : l->start;
    boundary_row(&(struct boundary_values){ 1, space, leaf, l->written, old, now, l->start, end, l->last, old, l->start, never }, row);
    if (BOUNDARY_ROWS == 1) continue;
    boundary_row(&(struct boundary_values){ -1ull, space, leaf, l->written, old, now, l->start, end, l->last, now, end, l->last }, row + BOUNDARY_WIDTH);
  }
}

static void fill_node(const struct filling *f, uint32_t height, const struct node *n)
{
  const struct plan *p = f->plan;
  uint32_t *row = f->merkle + (uint64_t)n->row * MERKLE_WIDTH;
  /* Nodes of one space at this height; above the spaces each is its own. */
  uint32_t levels = height < LEAF_LEVELS ? LEAF_LEVELS - height : 0;
  uint32_t kept[2], taken[2];
  const uint32_t *end[2];
  int ends = (n->flags & ENDED) != 0;
  for (int side = 0; side < 2; side++) {
    struct child c = child_of(p, height, n, side);
    kept[side] = c.end == 0;
    end[side] = c.end ? c.end : c.start;
    /* A child's hash at the start is taken for the row of the start, and lent to that of the end where it stays. */
    taken[side] = c.is_reached + (ends ? kept[side] : 0);
  }
  struct merkle_values v = {
    1, height > LEAF_LEVELS, height, height == TREE_HEIGHT, n->index >> levels, n->index & ((1u << levels) - 1),
    taken[0], taken[1], 0, 0, n->start, n->left, n->right,
  };
  merkle_row(&v, row);
  if (!ends) return;
  v.dir = -1ull;
  v.hash = n->end;
  v.left = end[0];
  v.right = end[1];
  v.left_mode = v.left_kept = kept[0];
  v.right_mode = v.right_kept = kept[1];
  merkle_row(&v, row + MERKLE_WIDTH);
}

static void fill_merkle(void *of, uint64_t from, uint64_t to)
{
  const struct filling *f = of;
  for (uint64_t k = from; k < to; k++) fill_node(f, height_of(f->plan, k), &f->plan->nodes[k]);
}

/* Finds the inputs of what was asked. */
static void inputs_of(const struct plan *p, uint32_t of, uint32_t *cells, const uint32_t **left, const uint32_t **right)
{
  uint64_t k = of >> 1;
  int is_end = of & 1;
  if (k < p->leaf_count) {
    const struct leaf *l = &p->leaves[k];
    if (is_end) leaf_cells(l->now[0], l->now[1], cells);
    else leaf_cells(l->old[0], l->old[1], cells);
    *left = cells;
    *right = NO_HASH;
    return;
  }
  k -= p->leaf_count;
  const struct node *n = &p->nodes[k];
  *left = n->left;
  *right = n->right;
  if (!is_end) return;
  struct child c[2] = { child_of(p, height_of(p, k), n, 0), child_of(p, height_of(p, k), n, 1) };
  if (c[0].end) *left = c[0].end;
  if (c[1].end) *right = c[1].end;
}

static void fill_hashes(void *of, uint64_t from, uint64_t to)
{
  const struct filling *f = of;
  const struct plan *p = f->plan;
  for (uint64_t first = from; first < to; first += LANES) {
    uint32_t many = to - first < LANES ? (uint32_t)(to - first) : LANES, counts[LANES];
    uint32_t cells[LANES][LEAF_CELLS], *rows[LANES];
    const uint32_t *left[LANES], *right[LANES];
    for (uint32_t k = 0; k < many; k++) {
      uint64_t at = first + k;
      rows[k] = f->hash + at * HASH_WIDTH;
      left[k] = right[k] = NO_HASH;
      counts[k] = 0;
      if (at >= p->asked_count) continue;
      counts[k] = p->asked[at].count;
      inputs_of(p, p->asked[at].of, cells[k], &left[k], &right[k]);
    }
    hash_rows(many, left, right, counts, rows);
  }
}

static void clear(uint32_t *cells, uint64_t width, uint64_t rows, uint64_t height)
{
  memset(cells + rows * width, 0, (height - rows) * width * sizeof *cells);
}

/* The tables of leaves, nodes and hashes; `lengths` are those of their cells, in this order. */
EXPORT int rvr_plan_fill(const struct plan *p, uint32_t *boundary, uint32_t *merkle, uint32_t *hash, const uint64_t *lengths, uint32_t threads, const uint32_t *cancel)
{
  const struct outcome *o = &p->outcome;
  struct crew crew = { threads, cancel };
  struct filling f = { p, boundary, merkle, hash };
  uint64_t heights[] = { lengths[0] / BOUNDARY_WIDTH, lengths[1] / MERKLE_WIDTH, lengths[2] / HASH_WIDTH };
  if (heights[0] < o->boundary_rows || heights[1] < o->merkle_rows || heights[2] < o->hash_rows) return SYSTEM_REFUSED;
  clear(boundary, BOUNDARY_WIDTH, o->boundary_rows, heights[0]);
  clear(merkle, MERKLE_WIDTH, o->merkle_rows, heights[1]);
  int answer = in_parallel(crew, p->leaf_count, GRAIN, fill_boundary, &f);
  if (answer == SYSTEM_DONE) answer = in_parallel(crew, p->node_count, GRAIN, fill_merkle, &f);
  if (answer == SYSTEM_DONE) answer = in_parallel(crew, heights[2], GRAIN, fill_hashes, &f);
  return answer;
}

/* A table that has all its messages, with how often each was asked for; the lengths are those of the arrays. */
EXPORT int rvr_lookup_table(uint32_t table, const uint32_t *histogram, uint64_t histogram_length, uint32_t *cells, uint64_t length, uint32_t threads, const uint32_t *cancel)
{
  struct counting c = { histogram, cells };
  if (table >= sizeof LOOKUP_TABLES / sizeof *LOOKUP_TABLES) return SYSTEM_REFUSED;
  struct lookup_table t = LOOKUP_TABLES[table];
  if (histogram_length != t.height * t.counts || length != t.height * t.width) return SYSTEM_REFUSED;
  return in_parallel((struct crew){ threads, cancel }, t.height, 4096, t.fill, &c);
}

struct programming { const uint32_t *entries, *counts; uint64_t count; uint32_t *cells; };

static void fill_program(void *of, uint64_t from, uint64_t to)
{
  const struct programming *p = of;
  memcpy(p->cells + from * PROGRAM_WIDTH, p->entries + from * PROGRAM_WIDTH, (to - from) * PROGRAM_WIDTH * sizeof *p->cells);
  for (uint64_t k = from; k < to && k < p->count; k++) p->cells[k * PROGRAM_WIDTH + PROGRAM_COUNT] = p->counts[k];
}

/* The program's table: all of it without counts, and counts of its first rows. */
EXPORT int rvr_program_table(const uint32_t *entries, uint64_t length, const uint32_t *counts, uint64_t count, uint32_t *cells, uint32_t threads, const uint32_t *cancel)
{
  struct programming p = { entries, counts, count, cells };
  if (length % PROGRAM_WIDTH != 0 || count > length / PROGRAM_WIDTH) return SYSTEM_REFUSED;
  return in_parallel((struct crew){ threads, cancel }, length / PROGRAM_WIDTH, 4096, fill_program, &p);
}
