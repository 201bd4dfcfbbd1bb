/* A proof, step by step, as the verifier hears of it. */
#include <string.h>
#include "cpu.h"
#include "layout.h"
#include "lde.h"

static const uint8_t element_size[PROOF_SECTIONS] = { 32, 4, 4, 32, 16, 8, 16, 32, 16, 64, 32, 64, 32 };

static void write_frame(struct written *proof, const struct stark_shape *shape, uint8_t *bytes)
{
  uint64_t offsets[PROOF_SECTIONS];
  memset(bytes, 0, shape->bytes);
  rvr_archive_begin(offsets, bytes, RVR_ARCHIVE_PROOF, shape->count);
  for (uint32_t k = 0; k < PROOF_SECTIONS; k++) proof->section[k] = bytes + offsets[k];
}

static void absorb(struct stark_transcript *t, uint32_t tag, const struct prover *p, const struct written *proof, uint32_t section)
{
  transcript_absorb(t, tag, proof->section[section], p->shape->count[section] * element_size[section]);
}

static int absorb_root(struct stark_transcript *t, uint32_t tag, const struct committed *tree, const struct written *proof, uint32_t number)
{
  uint8_t *at = proof->section[PROOF_ROOTS] + 32 * number;
  memcpy(at, committed_root(tree), 32);
  transcript_absorb(t, tag, at, 32);
  return STARK_DONE;
}

static int commit_main(struct prover *p)
{
  stark_begin_stage(p->work, STAGE_COMMIT_MAIN, committed_steps(&p->main, p->blowup));
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    const struct air_state *state = &p->airs[i];
    if (state->part[KIND_MAIN].group == 0) continue;
    int answer = table_copy(p->work, &state->part[KIND_MAIN], state->table);
    if (answer == STARK_DONE && state->table->derived_count > 0) answer = p->variant->derive(p, i);
    if (answer != STARK_DONE) return answer;
  }
  return committed_make(p->work, &p->main, p->blowup);
}

static uint64_t all_rows(const struct prover *p, int has_parts)
{
  uint64_t rows = 0;
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    const struct air_state *state = &p->airs[i];
    if (state->log_n == STARK_ABSENT || (!has_parts && state->air->chunks == 0)) continue;
    rows += (uint64_t)(has_parts ? state->air->parts : 1) << state->log_n;
  }
  return rows;
}

static int commit_sums(struct prover *p, k_t *sums)
{
  stark_begin_stage(p->work, STAGE_SUMS, all_rows(p, 0));
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    if (p->airs[i].part[KIND_SUM].group == 0) continue;
    const int answer = p->variant->sums(p, i);
    if (answer != STARK_DONE) return answer;
    *sums++ = p->airs[i].sum;
  }
  stark_begin_stage(p->work, STAGE_COMMIT_SUMS, committed_steps(&p->sum, p->blowup));
  return committed_make(p->work, &p->sum, p->blowup);
}

/*
 * While they are values on cosets, the columns of a group are: those on g * H_n of each AIR, then those on the other coset
 * of each that has two.
 */
struct quotient_columns {
  uint32_t firsts, seconds;
};

static struct quotient_columns columns_of(const struct prover *p, const struct group *group, uint32_t until)
{
  struct quotient_columns columns = { 0 };
  for (uint32_t i = 0; i < until; i++) {
    if (p->airs[i].part[KIND_QUOTIENT].group != group) continue;
    columns.firsts += 4;
    if (p->airs[i].air->parts == 2) columns.seconds += 4;
  }
  return columns;
}

struct parts {
  const struct prover *prover;
  const struct group *group;
  struct quotient_columns columns;
  /* 1/2 and 1 / (2 g^n), in Montgomery form. */
  uint32_t half, turned;
};

/* Columns behind the last are 0. The polynomials through the values on the cosets are q0 + g^n q1 and q0 - g^n q1; what is committed is q0 and q1. */
static void part_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct parts *parts = of;
  const struct prover *p = parts->prover;
  const struct group *group = parts->group;
  const uint32_t log_height = group->log_n + p->blowup;
  uint32_t *values = (uint32_t *)(p->scratch + thread * p->scratch_bytes);
  const uint32_t padding = (uint32_t)(group->stride - group->width);
  for (uint64_t row = piece * PIECE; row < piece * PIECE + rows_of_piece(log_height); row++) {
    uint32_t *to = group->rows + row * group->stride;
    memset(to + group->width, 0, padding * sizeof *to);
    if (parts->columns.seconds == 0) continue;
    memcpy(values, to, group->width * sizeof *values);
    const uint32_t *first = values, *second = values + parts->columns.firsts;
    for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
      if (p->airs[i].part[KIND_QUOTIENT].group != group) continue;
      if (p->airs[i].air->parts == 2) {
        for (uint32_t k = 0; k < 4; k++) {
          to[k] = f_redc((uint64_t)f_add(first[k], second[k]) * parts->half);
          to[4 + k] = f_redc((uint64_t)f_sub(first[k], second[k]) * parts->turned);
        }
        second += 4;
        to += 8;
      } else {
        memcpy(to, first, 16);
        to += 4;
      }
      first += 4;
    }
  }
}

static int extend_quotient(struct prover *p, const struct group *group)
{
  const struct quotient_columns columns = columns_of(p, group, p->key->parameters->airs);
  const uint32_t n = group->log_n;
  int answer = stark_lde_shifted(p->work, group->rows, group->stride, columns.firsts, n, p->blowup, F_G);
  if (answer == STARK_DONE && columns.seconds > 0)
    answer = stark_lde_shifted(p->work, group->rows + columns.firsts, group->stride, columns.seconds, n, p->blowup, f_mul(F_G, f_root(n + 1)));
  if (answer != STARK_DONE) return answer;
  const uint32_t half = (F_P + 1) / 2, power = f_pow(F_G, UINT64_C(1) << n);
  struct parts parts = { p, group, columns, f_mont(half), f_mont(f_mul(half, f_inv(power))) };
  return stark_each(p->work, pieces_of(n + p->blowup), part_piece, &parts) ? STARK_DONE : STARK_CANCELLED;
}

static int commit_quotient(struct prover *p)
{
  stark_begin_stage(p->work, STAGE_QUOTIENT, all_rows(p, 1));
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    const struct group *group = p->airs[i].part[KIND_QUOTIENT].group;
    if (group == 0) continue;
    const struct quotient_columns before = columns_of(p, group, i), all = columns_of(p, group, p->key->parameters->airs);
    const int answer = p->variant->quotient(p, i, (const uint32_t[2]){ before.firsts, all.firsts + before.seconds });
    if (answer != STARK_DONE) return answer;
  }
  stark_begin_stage(p->work, STAGE_COMMIT_QUOTIENT, committed_steps(&p->quotient, p->blowup));
  for (uint32_t g = 0; g < p->quotient.groups; g++) {
    const int answer = extend_quotient(p, &p->quotient.group[g]);
    if (answer != STARK_DONE) return answer;
  }
  return committed_hash(p->work, &p->quotient, p->blowup);
}

#define TRY(step) do { const int answer = (step); if (answer != STARK_DONE) return answer; } while (0)

static int prove(struct prover *p, const struct stark_request *request, struct written *proof)
{
  const struct stark_parameters *parameters = p->key->parameters;
  const struct stark_shape *shape = p->shape;
  uint64_t *nonces = (uint64_t *)proof->section[PROOF_NONCES];
  struct stark_transcript t;
  uint32_t roots = 0;
  memcpy(proof->section[PROOF_KEY], p->key->digest, 32);
  for (uint32_t i = 0; i < parameters->airs; i++) ((uint32_t *)proof->section[PROOF_HEIGHTS])[i] = p->airs[i].log_n;
  memcpy(proof->section[PROOF_PUBLICS], request->publics, 4 * p->key->publics);
  transcript_begin(&t);
  absorb(&t, TAG_KEY, p, proof, PROOF_KEY);
  absorb(&t, TAG_HEIGHTS, p, proof, PROOF_HEIGHTS);
  absorb(&t, TAG_PUBLICS, p, proof, PROOF_PUBLICS);

  TRY(commit_main(p));
  absorb_root(&t, TAG_MAIN, &p->main, proof, roots++);
  TRY(stark_grind(p->work, &t, TAG_LOOKUP, parameters->lookup_work, &nonces[NONCE_LOOKUP]));
  k_t drawn[2];
  transcript_elements(&t, TAG_LOOKUP, drawn, 2);
  p->challenges = (struct challenges){ .alpha = drawn[0], .beta = drawn[1] };

  if (shape->sums > 0) {
    TRY(commit_sums(p, (k_t *)proof->section[PROOF_SUMS]));
    absorb_root(&t, TAG_SUM_ROOT, &p->sum, proof, roots++);
  }
  absorb(&t, TAG_SUMS, p, proof, PROOF_SUMS);
  transcript_elements(&t, TAG_CONSTRAINTS, &p->challenges.lambda, 1);

  TRY(commit_quotient(p));
  absorb_root(&t, TAG_QUOTIENT, &p->quotient, proof, roots++);
  TRY(stark_grind(p->work, &t, TAG_ZETA, parameters->zeta_work, &nonces[NONCE_ZETA]));
  transcript_elements(&t, TAG_ZETA, &p->zeta, 1);

  k_t *openings = (k_t *)proof->section[PROOF_OPENINGS];
  TRY(stark_reveal(p, openings));
  absorb(&t, TAG_OPENINGS, p, proof, PROOF_OPENINGS);
  TRY(stark_grind(p->work, &t, TAG_BATCH, parameters->batch_work, &nonces[NONCE_BATCH]));
  transcript_elements(&t, TAG_BATCH, &p->gamma, 1);

  TRY(stark_combine(p, openings));
  TRY(stark_fold(p, &t, proof));
  absorb(&t, TAG_FINAL, p, proof, PROOF_FINAL);
  TRY(stark_grind(p->work, &t, TAG_QUERIES, parameters->query_work, &nonces[NONCE_FOLDS + shape->rounds]));
  uint32_t index[STARK_MOST_QUERIES];
  transcript_indices(&t, TAG_QUERIES, shape->log_domain, index, parameters->queries);
  stark_query(p, index, proof);
  return STARK_DONE;
}

void stark_spare_free(struct stark_spare *spare)
{
  if (spare->bytes > 0) memory_give(spare->at, spare->bytes);
  *spare = (struct stark_spare){ 0 };
}

static int has_room(struct stark_spare *spare, uint64_t bytes)
{
  if (spare->bytes >= bytes) return 1;
  stark_spare_free(spare);
  void *at = memory_take(bytes);
  if (at == 0) return 0;
  *spare = (struct stark_spare){ at, bytes };
  return 1;
}

int stark_prove(struct stark_work *work, const struct stark_request *request, const struct stark_shape *shape, uint8_t *bytes)
{
  const uint64_t needs = stark_prove_needs(request->key, shape, request->tables, work->threads);
  if (needs > request->limit) return STARK_ABOVE_LIMIT;
  if (!has_room(request->spare, needs)) return STARK_NO_MEMORY;
  struct arena arena = { .base = request->spare->at };
  struct prover *p = arena_take(&arena, sizeof *p);
  *p = (struct prover){ .key = request->key, .shape = shape, .work = work, .variant = variant_for(stark_cpu(work)), .blowup = request->key->parameters->blowup };
  struct written proof;
  if (!prover_lay_out(p, request, &arena)) return STARK_REFUSED;
  write_frame(&proof, shape, bytes);
  return prove(p, request, &proof);
}
