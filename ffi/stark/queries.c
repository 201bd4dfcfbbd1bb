/* Each query: rows hash to the trees' roots, the quotients of their weighted sums are a value, and the folds lead from it to the final polynomial. */
#include "verifier.h"

enum { MOST_DIFFERENCES = 2 * STARK_LOG_DOMAINS };

/* Where in the proof's sections a query is. */
struct query {
  struct verifier *v;
  uint32_t number, index;
  const uint8_t *rows, *path, *leaf, *fold_path;
  /* Of each height and point: the weighted sum. */
  k_t sum[STARK_LOG_DOMAINS][2];
};

static int fail(const struct query *q, enum stark_step step, enum stark_flaw flaw, int section, uint32_t at)
{
  verifier_fail(q->v, step, flaw, section, at);
  q->v->fault->query = q->number;
  return 0;
}

/* Are the words behind the first `used` of some blocks 0? */
static int has_padding(const uint8_t *blocks, uint32_t used, uint32_t count)
{
  const hash_word *const words = (const hash_word *)blocks;
  uint32_t some = 0;
  for (uint32_t i = used; i < 16 * count; i++) some |= words[i];
  return some == 0;
}

/* The half of a pair of digests in which the node of this index lies. */
static uint32_t *half_of(struct hash_block *pair, uint32_t index) { return pair->word + 8 * (index & 1); }

/* Climbs a level: the pair's half of `index` is the node's digest, its sibling goes to the other. */
static void climb(struct hash_block *pair, uint32_t index, const uint8_t *sibling, uint32_t *out)
{
  hash_copy(half_of(pair, ~index), sibling);
  hash_node(out, pair);
}

static void hash_group(uint32_t *out, const uint8_t *rows, uint32_t blocks)
{
  struct hash_state *const state = (struct hash_state *)out;
  hash_next(state, &hash_leaf_iv, rows);
  hash_blocks(state, rows + HASH_BLOCK, blocks - 1);
}

/* Rows of all groups of a tree, and the path that joins them. */
static int has_path(struct query *q, uint32_t t)
{
  const struct verifier *const v = q->v;
  const struct verifier_tree *const tree = v->tree + t;
  const struct verifier_group *group = tree->groups, *const end = group + tree->count;
  const uint8_t *rows = q->rows;
  uint32_t index = q->index >> (v->shape.log_domain - tree->log_height), level = tree->log_height;
  struct hash_block pair;
  for (; group != end; rows += HASH_BLOCK * group->blocks, group++)
    if (!has_padding(rows, group->width, group->blocks)) return fail(q, STEP_PATHS, FLAW_PADDING, PROOF_ROWS, t);
  group = tree->groups;
  rows = q->rows;
  hash_group(half_of(&pair, index), rows, group->blocks);
  rows += HASH_BLOCK * group++->blocks;
  while (level-- > 0) {
    const uint32_t above = index >> 1;
    const int joins = group != end && group->log_height == level;
    climb(&pair, index, q->path, half_of(&pair, joins ? 0 : above));
    if (joins) {
      hash_group(half_of(&pair, 1), rows, group->blocks);
      hash_join(half_of(&pair, above), &pair);
      rows += HASH_BLOCK * group++->blocks;
    }
    q->path += HASH_DIGEST;
    index = above;
  }
  const uint32_t fixed = v->shape.main_tree;
  const uint8_t *const root = t < fixed ? v->key->roots + HASH_DIGEST * t : v->view[PROOF_ROOTS].at + HASH_DIGEST * (t - fixed);
  return hash_is_equal(half_of(&pair, index), root) || fail(q, STEP_PATHS, FLAW_PATH, PROOF_ROWS, t);
}

/* The weighted sums of a tree's rows go to their heights' sums. */
static void add_rows(struct query *q, uint32_t t)
{
  const struct verifier *const v = q->v;
  const struct verifier_group *group = v->tree[t].groups;
  for (const struct verifier_group *const end = group + v->tree[t].count; group != end; group++) {
    k_t *const sum = q->sum[v->height_of[group->log_height]];
    const uint32_t *words = (const uint32_t *)q->rows;
    const k_t *weights = v->weights + group->weights;
    uint32_t factor = NO_FACTOR;
    k_t shared = { { 0 } }; /* pieces of one factor */
    for (uint32_t at = group->piece; at != NO_PIECE; at = v->pieces[at].next) {
      const struct verifier_piece *const piece = v->pieces + at;
      const k_t part = v_dot(words, weights, piece->columns);
      words += piece->columns, weights += piece->columns;
      sum[0] = k_add(sum[0], part);
      if (piece->factor == NO_FACTOR) continue;
      if (piece->factor != factor && factor != NO_FACTOR) {
        sum[1] = v_times_and(shared, v->factors + factor, sum[1]);
        shared = part;
      } else shared = k_add(shared, part);
      factor = piece->factor;
    }
    if (factor != NO_FACTOR) sum[1] = v_times_and(shared, v->factors + factor, sum[1]);
    q->rows += HASH_BLOCK * group->blocks;
  }
}

/* The product of the roots of `index`'s bits from `first` on: the point of that place in bit-reversed order. */
static uint32_t point_of(const uint32_t *roots, uint32_t index, unsigned first)
{
  uint32_t point = W_ONE;
  index >>= first;
  for (; index != 0; index >>= 1, roots++)
    if (index & 1) point = w_mul(point, *roots);
  return point;
}

/* All quotients (sum - claim) / (x - z), with one inversion. */
static k_t value_of(const struct query *q)
{
  const struct verifier *const v = q->v;
  struct v_difference differences[MOST_DIFFERENCES];
  uint32_t norms[MOST_DIFFERENCES], products[MOST_DIFFERENCES + 1], count = 0;
  uint32_t y = point_of(v->root, q->index, 0), log = v->shape.log_domain;
  const uint32_t shift = w_of(F_G);
  products[0] = W_ONE;
  for (uint32_t h = 0; h < v->height_count; h++) {
    const struct verifier_height *const height = v->height + h;
    for (; log > height->log_height; log--) y = w_mul(y, y);
    const uint32_t x = w_mul(shift, y);
    for (uint32_t i = 0; i <= height->has_next; i++, count++) {
      differences[count] = v_difference(height->point + i, x, norms + count);
      products[count + 1] = w_mul(products[count], norms[count]);
    }
  }
  uint32_t inverse = w_inv(products[count]);
  k_t value = { { 0 } };
  for (uint32_t h = v->height_count; h-- > 0;) {
    const struct verifier_height *const height = v->height + h;
    for (uint32_t i = height->has_next + 1; i-- > 0;) {
      count--;
      const k_t part = v_inverse(height->point + i, differences + count, w_mul(inverse, products[count]));
      inverse = w_mul(inverse, norms[count]);
      value = v_mul_and(k_sub(q->sum[h][i], height->claim[i]), part, value);
    }
  }
  return value;
}

/* Folds 2^arity values at x, x times roots ...: 1/x is given. Halves are left out, and divided by in the end. */
static k_t folded(const struct verifier *v, uint32_t round, const k_t *leaf, uint32_t inverse_x)
{
  const uint32_t arity = v->shape.arity[round];
  /* Inverse roots of order 8 in bit-reversed order: those of order 4 are the first two. */
  const uint32_t turns[4] = { W_ONE, v->inverse_root[1], v->inverse_root[2], w_mul(v->inverse_root[1], v->inverse_root[2]) };
  k_t values[1 << (STARK_MOST_LOG_ARITY - 1)];
  uint32_t scale = W_ONE;
  for (uint32_t level = 0; level < arity; level++) {
    const uint32_t *const beta = v->fold[round][level].c;
    const k_t turned = v_scale((k_t){ { beta[0], beta[1], beta[2], beta[3] } }, inverse_x);
    for (uint32_t i = 0; i < UINT32_C(1) << (arity - 1 - level); i++) {
      const k_t even = level == 0 ? leaf[2 * i] : values[2 * i], odd = level == 0 ? leaf[2 * i + 1] : values[2 * i + 1];
      const k_t factor = i == 0 ? turned : v_scale(turned, turns[i]);
      values[i] = v_mul_and(k_sub(even, odd), factor, k_add(even, odd));
    }
    inverse_x = w_mul(inverse_x, inverse_x);
    scale = w_mul(scale, w_of((F_P + 1) / 2));
  }
  return v_scale(values[0], scale);
}

static int folds_to_final(struct query *q, k_t value)
{
  const struct verifier *const v = q->v;
  uint32_t index = q->index, height = v->shape.log_domain;
  for (uint32_t round = 0; round < v->shape.rounds; round++) {
    const uint32_t arity = v->shape.arity[round], blocks = stark_fold_blocks(arity);
    const k_t *const leaf = (const k_t *)q->leaf;
    if (!has_padding(q->leaf, 4 << arity, blocks)) return fail(q, STEP_FOLDS, FLAW_PADDING, PROOF_FOLD_LEAVES, round);
    if (!k_is_equal(leaf[index & ((1 << arity) - 1)], value)) return fail(q, STEP_FOLDS, FLAW_FOLD, PROOF_FOLD_LEAVES, round);
    const uint32_t inverse_x = point_of(v->inverse_root + arity, index, arity);
    index >>= arity;
    height -= arity;
    struct hash_block pair;
    hash_group(half_of(&pair, index), q->leaf, blocks);
    uint32_t node = index;
    for (uint32_t level = 0; level < height; level++, node >>= 1, q->fold_path += HASH_DIGEST)
      climb(&pair, node, q->fold_path, half_of(&pair, node >> 1));
    const uint8_t *const root = v->view[PROOF_FOLD_ROOTS].at + HASH_DIGEST * round;
    if (!hash_is_equal(half_of(&pair, node), root)) return fail(q, STEP_FOLDS, FLAW_PATH, PROOF_FOLD_PATHS, round);
    q->leaf += HASH_BLOCK * blocks;
    value = folded(v, round, leaf, inverse_x);
  }
  const k_t *const final = (const k_t *)v->view[PROOF_FINAL].at;
  const uint32_t y = point_of(v->root, index, 0);
  k_t sum = { { 0 } };
  for (uint32_t c = 1 << v->shape.log_final; c-- > 0;) sum = v_scale_and(sum, y, final[c]);
  return k_is_equal(sum, value) || fail(q, STEP_FOLDS, FLAW_FINAL, PROOF_FINAL, STARK_NOWHERE);
}

int verifier_queries(struct verifier *v)
{
  struct query q = {
    .v = v,
    .rows = v->view[PROOF_ROWS].at,
    .path = v->view[PROOF_PATHS].at,
    .leaf = v->view[PROOF_FOLD_LEAVES].at,
    .fold_path = v->view[PROOF_FOLD_PATHS].at,
  };
  for (q.number = 0; q.number < v->key->parameters->queries; q.number++) {
    q.index = v->index[q.number];
    for (uint32_t h = 0; h < v->height_count; h++) q.sum[h][0] = q.sum[h][1] = (k_t){ { 0 } };
    for (uint32_t t = 0; t < v->shape.trees; t++) {
      STARK_STEP(STEP_PATHS);
      if (!has_path(&q, t)) return 0;
      STARK_STEP(STEP_VALUES);
      add_rows(&q, t);
    }
    const k_t value = value_of(&q);
    STARK_STEP(STEP_FOLDS);
    if (!folds_to_final(&q, value)) return 0;
  }
  return 1;
}
