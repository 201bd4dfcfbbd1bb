/*
 * Weights of all columns, and for each height and point what their weighted sum of openings is. A table's columns at
 * the next row have the weights of this row times one factor, so a query sums them once.
 */
#include "verifier.h"

/* Where the next weight, group, piece and factor go, and the weight of the next opening. */
struct layout {
  struct verifier *v;
  k_t weight;
  uint32_t weights, groups, pieces, factors, opening;
};

/* The groups of a tree, by falling height; group_of: their numbers by height. */
static void lay_out_groups(struct layout *l, uint32_t t, uint32_t group_of[STARK_LOG_DOMAINS])
{
  struct verifier *const v = l->v;
  const struct stark_tree_shape *const shape = v->shape.tree + t;
  struct verifier_tree *const tree = v->tree + t;
  *tree = (struct verifier_tree){ v->groups + l->groups, 0, shape->log_height };
  for (uint32_t log = shape->log_height + 1; log-- > 0;) {
    const uint32_t width = shape->width[log];
    if (width == 0) continue;
    group_of[log] = l->groups;
    v->groups[l->groups++] = (struct verifier_group){ log, width, stark_blocks(width), l->weights, NO_PIECE };
    l->weights += width;
    tree->count++;
  }
}

/* What is still to be filled of each group. */
struct cursor {
  uint32_t weight, last_piece;
};

static void add_piece(struct layout *l, struct verifier_group *group, struct cursor *cursor, uint32_t columns, uint32_t factor)
{
  struct verifier_piece *const pieces = l->v->pieces;
  if (columns == 0) return;
  if (cursor->last_piece != NO_PIECE && factor == NO_FACTOR && pieces[cursor->last_piece].factor == NO_FACTOR) {
    pieces[cursor->last_piece].columns += columns;
    return;
  }
  const uint32_t piece = ++l->pieces;
  pieces[piece] = (struct verifier_piece){ columns, factor, NO_PIECE };
  if (cursor->last_piece == NO_PIECE) group->piece = piece;
  else pieces[cursor->last_piece].next = piece;
  cursor->last_piece = piece;
}

static void add_claim(struct verifier *v, uint32_t log, int at_next, k_t sum)
{
  struct verifier_height *const height = v->height + v->height_of[log];
  height->claim[at_next] = k_add(height->claim[at_next], sum);
  if (at_next) height->has_next = 1;
}

/* A table of a tree: `columns` opened at zeta, and the last `nexts` of them at the next row too. */
static void add_table(struct layout *l, struct verifier_group *group, struct cursor *cursor, uint32_t columns, uint32_t nexts, uint32_t factor)
{
  struct verifier *const v = l->v;
  const k_t *const opened = v->openings + l->opening, *const opened_next = opened + nexts;
  k_t *const weights = v->weights + group->weights + cursor->weight;
  k_t sum = { { 0 } }, next_sum = { { 0 } };
  for (uint32_t i = 0; i < columns; i++) {
    const struct v_factor weight = v_factor(l->weight);
    weights[i] = l->weight;
    sum = v_times_and(opened[i], &weight, sum);
    if (i >= columns - nexts) next_sum = v_times_and(opened_next[i], &weight, next_sum);
    l->weight = v_times(l->weight, &v->gamma);
  }
  add_claim(v, group->log_height, 0, sum);
  if (nexts > 0) {
    add_claim(v, group->log_height, 1, v_times(next_sum, v->factors + factor));
    l->weight = v_times(l->weight, v->factors + factor);
  }
  add_piece(l, group, cursor, columns - nexts, NO_FACTOR);
  add_piece(l, group, cursor, nexts, factor);
  cursor->weight += columns;
  l->opening += columns + nexts;
}

static uint32_t add_factor(struct layout *l, uint32_t exponent)
{
  const struct v_factor *const gamma = &l->v->gamma;
  const k_t base = { { gamma->c[0], gamma->c[1], gamma->c[2], gamma->c[3] } };
  l->v->factors[++l->factors] = v_factor(v_pow(base, exponent));
  return l->factors;
}

static void lay_out_tree(struct layout *l, uint32_t t, uint32_t sum_factor)
{
  struct verifier *const v = l->v;
  const struct stark_parameters *const p = v->key->parameters;
  uint32_t group_of[STARK_LOG_DOMAINS];
  struct cursor cursors[STARK_LOG_DOMAINS];
  lay_out_groups(l, t, group_of);
  for (uint32_t log = 0; log <= v->tree[t].log_height; log++) cursors[log] = (struct cursor){ 0, NO_PIECE };
  for (uint32_t i = 0; i < p->airs; i++) {
    if (!stark_is_present(v->heights[i])) continue;
    uint32_t nexts, factor = NO_FACTOR;
    const uint32_t columns = stark_columns(&v->shape, v->key->airs + i, t, &nexts), log = v->heights[i] + p->blowup;
    if (columns == 0) continue;
    if (nexts > 0) factor = stark_kind(&v->shape, t) == KIND_SUM ? sum_factor : add_factor(l, nexts);
    add_table(l, v->groups + group_of[log], cursors + log, columns, nexts, factor);
  }
}

static void set_heights(struct verifier *v)
{
  const struct stark_shape *const shape = &v->shape;
  v->height_count = 0;
  for (uint32_t log = shape->log_domain + 1; log-- > 0;) {
    if (shape->tree[shape->main_tree].width[log] == 0) continue;
    const uint32_t trace = log - v->key->parameters->blowup;
    const uint32_t root = trace == 0 ? W_ONE : v->root[trace - 1];
    v->height_of[log] = v->height_count;
    v->height[v->height_count++] = (struct verifier_height){
      .log_height = log,
      .point = { v_point(v->zeta), v_point(v_scale(v->zeta, root)) },
    };
  }
}

void verifier_claims(struct verifier *v)
{
  struct layout l = { .v = v, .weight = { { W_ONE, 0, 0, 0 } } };
  set_heights(v);
  const uint32_t sum_factor = v->shape.sums > 0 ? add_factor(&l, STARK_SUM_COLUMNS) : NO_FACTOR;
  for (uint32_t t = 0; t < v->shape.trees; t++) lay_out_tree(&l, t, sum_factor);
}
