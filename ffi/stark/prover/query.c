/* Rounds of folding, and what is opened of them and of the trees. */
#include <string.h>
#include "layout.h"

/* Coefficients of the polynomial whose values are a fold's first entries: those on the subgroup of its degree. */
static void interpolate(k_t *out, const k_t *values, uint32_t log)
{
  const uint32_t count = UINT32_C(1) << log;
  memcpy(out, values, count * sizeof *out);
  for (uint32_t level = 1; level <= log; level++) {
    const uint32_t half = UINT32_C(1) << (level - 1), root = f_inv(f_root(level));
    for (uint32_t start = 0; start < count; start += 2 * half) {
      uint32_t turn = 1;
      for (uint32_t k = 0; k < half; k++, turn = f_mul(turn, root)) {
        const k_t a = out[start + k], b = k_mul_f(out[start + half + k], turn);
        out[start + k] = k_add(a, b);
        out[start + half + k] = k_sub(a, b);
      }
    }
  }
  const uint32_t scale = f_inv(count);
  for (uint32_t k = 0; k < count; k++) out[k] = k_mul_f(out[k], scale);
}

/* What a round folds, as the leaves of its tree. */
static struct stark_group folded_leaves(const struct prover *p, uint32_t round, uint32_t log_leaves)
{
  return (struct stark_group){ (const uint32_t *)p->folded[round], UINT64_C(4) << p->shape->arity[round], log_leaves };
}

int stark_fold(struct prover *p, struct stark_transcript *t, const struct written *proof)
{
  const struct stark_shape *shape = p->shape;
  uint64_t *nonces = (uint64_t *)proof->section[PROOF_NONCES];
  uint32_t height = shape->log_domain;
  uint64_t steps = 0;
  for (uint32_t r = 0, h = height; r < shape->rounds; r++) {
    h -= shape->arity[r];
    steps += (uint64_t)(2 + stark_fold_blocks(shape->arity[r])) << h;
  }
  stark_begin_stage(p->work, STAGE_FOLD, steps);
  for (uint32_t r = 0; r < shape->rounds; r++) {
    const uint32_t arity = shape->arity[r], leaves = height - arity;
    const struct stark_group folded = folded_leaves(p, r, leaves);
    int answer = stark_tree(p->work, p->fold_digests[r], &folded, 1);
    if (answer != STARK_DONE) return answer;
    uint8_t *root = proof->section[PROOF_FOLD_ROOTS] + 32 * r;
    memcpy(root, tree_root(p->fold_digests[r], leaves), 32);
    transcript_absorb(t, TAG_FOLD, root, 32);
    answer = stark_grind(p->work, t, TAG_FOLD_WORK, p->key->parameters->fold_work, &nonces[NONCE_FOLDS + r]);
    if (answer != STARK_DONE) return answer;
    k_t beta;
    transcript_elements(t, TAG_FOLD_WORK, &beta, 1);
    answer = p->variant->fold(p->work, p->folded[r], p->folded[r + 1], height, arity, beta);
    if (answer != STARK_DONE) return answer;
    height = leaves;
  }
  interpolate((k_t *)proof->section[PROOF_FINAL], p->folded[shape->rounds], shape->log_final);
  return STARK_DONE;
}

static uint8_t *write_rows(uint8_t *to, const struct committed *tree, uint32_t blowup, uint64_t index)
{
  for (uint32_t g = 0; g < tree->groups; g++) {
    const struct group *group = &tree->group[g];
    const uint64_t row = index >> (tree->log_height - group->log_n - blowup);
    memcpy(to, group->rows + row * group->stride, group->width * sizeof(uint32_t));
    to += group_room(group) * sizeof(uint32_t);
  }
  return to;
}

void stark_query(const struct prover *p, const uint32_t *index, const struct written *proof)
{
  const struct stark_shape *shape = p->shape;
  uint8_t *rows = proof->section[PROOF_ROWS], *paths = proof->section[PROOF_PATHS];
  uint8_t *leaves = proof->section[PROOF_FOLD_LEAVES], *fold_paths = proof->section[PROOF_FOLD_PATHS];
  stark_begin_stage(p->work, STAGE_QUERIES, p->key->parameters->queries);
  for (uint32_t q = 0; q < p->key->parameters->queries; q++) {
    for (uint32_t t = 0; t < shape->trees; t++) {
      const struct committed *tree = p->tree[t];
      const uint64_t local = index[q] >> (shape->log_domain - tree->log_height);
      rows = write_rows(rows, tree, p->blowup, local);
      paths = committed_path(p->work, paths, tree, p->blowup, local);
    }
    uint64_t at = index[q];
    for (uint32_t r = 0, height = shape->log_domain; r < shape->rounds; r++) {
      const uint32_t arity = shape->arity[r];
      at >>= arity;
      height -= arity;
      memcpy(leaves, p->folded[r] + (at << arity), sizeof(k_t) << arity);
      leaves += 64 * stark_fold_blocks(arity);
      const struct stark_group folded = folded_leaves(p, r, height);
      fold_paths = stark_path(p->work, fold_paths, p->fold_digests[r], &folded, 1, at);
    }
    stark_done(p->work, 1);
  }
}
