/* The memory of a proof, in one block: counted in the same way as it is handed out. */
#include <string.h>
#include "layout.h"

/* Columns of AIRs in a tree, side by side in the group of their height, in the order of AIRs. */
static void place_part(struct part *part, const struct committed *tree, uint32_t offsets[STARK_LOG_DOMAINS], uint32_t log_n, uint32_t width)
{
  if (width == 0) return;
  *part = (struct part){ .group = committed_group(tree, log_n), .offset = offsets[log_n], .width = width };
  offsets[log_n] += width;
}

static void place_parts(struct prover *p)
{
  uint32_t main[STARK_LOG_DOMAINS] = { 0 }, sum[STARK_LOG_DOMAINS] = { 0 }, quotient[STARK_LOG_DOMAINS] = { 0 };
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    struct air_state *state = &p->airs[i];
    const uint32_t log_n = state->log_n;
    if (log_n == STARK_ABSENT) continue;
    place_part(&state->part[KIND_MAIN], &p->main, main, log_n, state->air->main);
    place_part(&state->part[KIND_SUM], &p->sum, sum, log_n, STARK_SUM_COLUMNS * state->air->chunks);
    place_part(&state->part[KIND_QUOTIENT], &p->quotient, quotient, log_n, 4 * state->air->parts);
  }
}

/* For tree in order, AIR in order: where in the list of openings its columns are. */
static void number_openings(struct prover *p)
{
  uint32_t next = 0;
  for (uint32_t t = 0; t < p->shape->trees; t++) {
    for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
      struct part *part = &p->airs[i].part[stark_kind(p->shape, t)];
      if (part_in_tree(p, i, t) == 0) continue;
      part->opened = next;
      part->opened_next = next + stark_columns(p->shape, p->airs[i].air, t, &part->nexts);
      next = part->opened_next + part->nexts;
    }
  }
}

static int find_fixed(struct prover *p, const struct stark_fixed *const *fixed)
{
  uint32_t taken[STARK_MOST_FIXED_TREES] = { 0 };
  for (uint32_t t = 0; t < p->key->parameters->trees; t++) {
    if (fixed[t]->blowup != p->blowup || !hash_is_equal(committed_root(&fixed[t]->tree), p->key->roots + 32 * t)) return 0;
    p->tree[t] = &fixed[t]->tree;
  }
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    struct air_state *state = &p->airs[i];
    if (state->air->fixed == 0) continue;
    const struct stark_fixed *tree = fixed[state->air->tree];
    const uint32_t k = taken[state->air->tree]++;
    if (k >= tree->tables) return 0;
    const struct fixed_table *table = &tree->table[k];
    if (table->log_height != state->log_n || table->part.width != state->air->fixed) return 0;
    state->part[KIND_FIXED] = table->part;
    state->fixed_cells = table->cells;
  }
  for (uint32_t t = 0; t < p->key->parameters->trees; t++)
    if (taken[t] != fixed[t]->tables) return 0;
  return 1;
}

static uint64_t most(uint64_t a, uint64_t b) { return a > b ? a : b; }

static uint64_t widest(const struct stark_shape *shape)
{
  uint64_t stride = 0;
  for (uint32_t t = 0; t < shape->trees; t++)
    for (uint32_t log = 0; log < STARK_LOG_DOMAINS; log++) stride = most(stride, 16 * (uint64_t)stark_blocks(shape->tree[t].width[log]));
  return stride;
}

/* Memory that steps use one after another. */
static void take_scratch(struct prover *p, uint32_t threads, struct arena *arena)
{
  const uint64_t row = widest(p->shape) * sizeof(k_t);
  uint64_t program = 0, scratch = 2 * row;
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    program = most(program, program_needs(p->key, i));
    scratch = most(scratch, p->variant->scratch(p->key, i));
  }
  p->program = arena_take(arena, program);
  p->scratch_bytes = (scratch + 63) & ~UINT64_C(63);
  p->scratch = arena_take(arena, threads * p->scratch_bytes);
  for (uint32_t k = 0; k < 2; k++) p->row[k] = arena_take(arena, row);
}

static void take_points(struct prover *p, struct arena *arena)
{
  const struct stark_shape *shape = p->shape;
  uint32_t height = shape->log_domain;
  p->points = arena_take(arena, sizeof(k_t) << height);
  p->half = arena_take(arena, sizeof(k_t) << (height - 1));
  p->folded[0] = p->points;
  for (uint32_t r = 0; r < shape->rounds; r++) {
    height -= shape->arity[r];
    p->fold_digests[r] = arena_take(arena, tree_bytes(height));
    p->folded[r + 1] = arena_take(arena, sizeof(k_t) << height);
  }
  p->powers = arena_take(arena, (uint64_t)shape->openings * sizeof(k_t));
  for (uint32_t t = 0; t < shape->trees; t++)
    /* Groups are numbered from the highest to the lowest. */
    for (uint32_t log = STARK_LOG_DOMAINS, g = 0; log-- > 0;)
      if (shape->tree[t].width[log] != 0) p->weight[t][g++] = arena_take(arena, 8 * 64 * (uint64_t)stark_blocks(shape->tree[t].width[log]));
}

static void lay_out(struct prover *p, const struct stark_table *tables, uint32_t threads, struct arena *arena)
{
  const struct stark_shape *shape = p->shape;
  const uint32_t airs = p->key->parameters->airs;
  p->airs = arena_take(arena, airs * sizeof *p->airs);
  if (arena->base != 0) memset(p->airs, 0, airs * sizeof *p->airs);
  for (uint32_t i = 0; i < airs; i++) {
    if (tables[i].log_height == STARK_ABSENT || tables[i].derived_count == 0) continue;
    uint32_t *derived = arena_take(arena, (uint64_t)tables[i].derived_count * sizeof(uint32_t) << tables[i].log_height);
    if (arena->base != 0) p->airs[i].derived = derived;
  }
  committed_lay_out(&p->main, shape->tree[shape->main_tree].width, p->blowup, arena);
  if (shape->sums > 0) committed_lay_out(&p->sum, shape->tree[shape->main_tree + 1].width, p->blowup, arena);
  committed_lay_out(&p->quotient, shape->tree[shape->quotient_tree].width, p->blowup, arena);
  take_scratch(p, threads, arena);
  take_points(p, arena);
}

uint64_t stark_prove_needs(const struct stark_key *key, const struct stark_shape *shape, const struct stark_table *tables, uint32_t threads)
{
  struct prover prover = { .key = key, .shape = shape,   .variant = &variant_portable, .blowup = key->parameters->blowup };
  struct arena arena = { 0 };
  arena_take(&arena, sizeof prover);
  lay_out(&prover, tables, threads, &arena);
  return arena.used;
}

int prover_lay_out(struct prover *p, const struct stark_request *request, struct arena *arena)
{
  const struct stark_shape *shape = p->shape;
  lay_out(p, request->tables, p->work->threads, arena);
  const uint32_t *publics = request->publics;
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    struct air_state *state = &p->airs[i];
    state->air = &p->key->airs[i];
    state->table = &request->tables[i];
    state->log_n = state->table->log_height;
    state->publics = publics;
    publics += state->air->publics;
  }
  if (!find_fixed(p, request->fixed)) return 0;
  p->tree[shape->main_tree] = &p->main;
  if (shape->sums > 0) p->tree[shape->main_tree + 1] = &p->sum;
  p->tree[shape->quotient_tree] = &p->quotient;
  place_parts(p);
  number_openings(p);
  return 1;
}
