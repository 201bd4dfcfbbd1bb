/* The verifier's steps in order; those that compute are files of their own. */
#include "verifier.h"

static uint64_t aligned(uint64_t bytes) { return (bytes + 63) & ~UINT64_C(63); }

static uint64_t greater(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* Bytes of each part of the block, for the most that a key allows. */
struct parts {
  uint64_t places, weights, nodes, chunks, pieces, factors, groups;
};

static struct parts parts_of(const struct stark_key *key)
{
  const uint64_t airs = key->parameters->airs;
  uint64_t columns = 0;
  for (uint32_t i = 0; i < airs; i++) {
    const struct stark_air *const air = key->airs + i;
    columns += (uint64_t)air->fixed + air->main + STARK_SUM_COLUMNS * (uint64_t)air->chunks + 4 * air->parts;
  }
  /* A table is in four trees, and in that of the sums it has two pieces; two trees may give it a factor. */
  return (struct parts){
    .places = aligned(airs * sizeof(struct verifier_place)),
    .weights = aligned(columns * sizeof(k_t)),
    /* Words of the buses are needed in front of all values. */
    .nodes = aligned(greater(key->most_nodes * sizeof(k_t), stark_shape_memory(key))),
    .chunks = aligned(2 * (uint64_t)key->most_chunks * sizeof(k_t)),
    .pieces = aligned((1 + 5 * airs) * sizeof(struct verifier_piece)),
    .factors = aligned((2 + 2 * airs) * sizeof(struct v_factor)),
    .groups = aligned(4 * airs * sizeof(struct verifier_group)),
  };
}

enum { VERIFIER_BYTES = (sizeof(struct verifier) + 63) & ~63 };

uint64_t stark_verify_memory(const struct stark_key *key)
{
  const struct parts p = parts_of(key);
  return VERIFIER_BYTES + p.places + p.weights + p.nodes + p.chunks + p.pieces + p.factors + p.groups;
}

static void lay_out_block(struct verifier *v)
{
  const struct parts p = parts_of(v->key);
  uint8_t *at = (uint8_t *)v + VERIFIER_BYTES;
  v->places = (struct verifier_place *)at, at += p.places;
  v->weights = (k_t *)at, at += p.weights;
  v->nodes = (k_t *)at, at += p.nodes;
  v->chunks = (k_t *)at, at += p.chunks;
  v->pieces = (struct verifier_piece *)at, at += p.pieces;
  v->factors = (struct v_factor *)at, at += p.factors;
  v->groups = (struct verifier_group *)at;
}

/* Openings lie tree by tree, in each AIR by AIR. */
static void place_openings(struct verifier *v)
{
  const struct stark_key *const key = v->key;
  uint32_t at = 0, publics = 0;
  for (uint32_t t = 0; t < v->shape.trees; t++) {
    const enum stark_kind kind = stark_kind(&v->shape, t);
    for (uint32_t i = 0; i < key->parameters->airs; i++) {
      uint32_t next;
      if (!stark_is_present(v->heights[i])) continue;
      const uint32_t columns = stark_columns(&v->shape, key->airs + i, t, &next);
      if (columns == 0) continue;
      v->places[i].at[kind] = at;
      v->places[i].next[kind] = at + columns;
      at += columns + next;
    }
  }
  for (uint32_t i = 0; i < key->parameters->airs; publics += key->airs[i++].publics) v->places[i].publics = publics;
}

static int has_right_counts(struct verifier *v)
{
  for (int i = 0; i < PROOF_SECTIONS; i++)
    if (v->view[i].count != v->shape.count[i]) return verifier_fail(v, STEP_SHAPE, FLAW_COUNT, i, (uint32_t)v->view[i].count);
  return 1;
}

/* Sections of field elements, and how many words an element has. */
static const struct {
  uint8_t section, words;
} element_sections[] = { { PROOF_PUBLICS, 1 }, { PROOF_SUMS, 4 }, { PROOF_OPENINGS, 4 }, { PROOF_FINAL, 4 }, { PROOF_ROWS, 16 }, { PROOF_FOLD_LEAVES, 16 } };

static int has_right_elements(struct verifier *v)
{
  for (unsigned s = 0; s < sizeof element_sections / sizeof *element_sections; s++) {
    const int section = element_sections[s].section;
    const uint32_t *const words = (const uint32_t *)v->view[section].at, *word = words;
    const uint32_t *const end = words + element_sections[s].words * v->shape.count[section];
    const uint32_t *const eights = end - (end - words) % 8;
#define AT(i) word[i] >= F_P || word[(i) + 1] >= F_P
    while (word != eights && !(AT(0) || AT(2) || AT(4) || AT(6))) word += 8;
#undef AT
    for (; word != end; word++)
      if (*word >= F_P) return verifier_fail(v, STEP_ELEMENTS, FLAW_ELEMENT, section, (uint32_t)(word - words));
  }
  return 1;
}

static int has_wanted_publics(struct verifier *v, const uint32_t *wanted)
{
  for (uint32_t i = 0; wanted != 0 && i < v->key->publics; i++)
    if (v->publics[i] != wanted[i]) return verifier_fail(v, STEP_ELEMENTS, FLAW_PUBLIC, PROOF_PUBLICS, i);
  return 1;
}

static void absorb(struct verifier *v, enum stark_tag tag, int section, uint32_t size)
{
  transcript_absorb(&v->transcript, tag, v->view[section].at, v->shape.count[section] * size);
}

static int works(struct verifier *v, enum stark_tag tag, uint32_t bits, uint32_t at)
{
  const uint32_t *const nonce = (const uint32_t *)v->view[PROOF_NONCES].at + 2 * at;
  const int is_right = transcript_work(&v->transcript, tag, bits, (uint64_t)nonce[1] << 32 | nonce[0]);
  return is_right || verifier_fail(v, STEP_TRANSCRIPT, FLAW_WORK, PROOF_NONCES, at);
}

static k_t challenge(struct verifier *v, enum stark_tag tag)
{
  k_t element;
  transcript_elements(&v->transcript, tag, &element, 1);
  return v_of(element);
}

/* Fold rounds, the final polynomial, and which places are asked for. */
static int replay_folds(struct verifier *v)
{
  const struct stark_parameters *const p = v->key->parameters;
  const uint8_t *root = v->view[PROOF_FOLD_ROOTS].at;
  for (uint32_t round = 0; round < v->shape.rounds; round++, root += HASH_DIGEST) {
    transcript_absorb(&v->transcript, TAG_FOLD, root, HASH_DIGEST);
    if (!works(v, TAG_FOLD_WORK, p->fold_work, NONCE_FOLDS + round)) return 0;
    k_t beta = challenge(v, TAG_FOLD_WORK);
    for (uint32_t level = 0; level < v->shape.arity[round]; level++) {
      v->fold[round][level] = v_factor(beta);
      beta = v_mul(beta, beta);
    }
  }
  absorb(v, TAG_FINAL, PROOF_FINAL, 16);
  if (!works(v, TAG_QUERIES, p->query_work, NONCE_FOLDS + v->shape.rounds)) return 0;
  transcript_indices(&v->transcript, TAG_QUERIES, v->shape.log_domain, v->index, p->queries);
  return 1;
}

static int replay(struct verifier *v)
{
  const struct stark_parameters *const p = v->key->parameters;
  const uint8_t *root = v->view[PROOF_ROOTS].at;
  k_t elements[2];
  absorb(v, TAG_HEIGHTS, PROOF_HEIGHTS, 4);
  absorb(v, TAG_PUBLICS, PROOF_PUBLICS, 4);
  transcript_absorb(&v->transcript, TAG_MAIN, root, HASH_DIGEST);
  if (!works(v, TAG_LOOKUP, p->lookup_work, NONCE_LOOKUP)) return 0;
  transcript_elements(&v->transcript, TAG_LOOKUP, elements, 2);
  v->alpha = v_of(elements[0]);
  v->beta = v_factor(v_of(elements[1]));
  if (v->shape.sums > 0) transcript_absorb(&v->transcript, TAG_SUM_ROOT, root += HASH_DIGEST, HASH_DIGEST);
  absorb(v, TAG_SUMS, PROOF_SUMS, 16);
  v->lambda = v_factor(challenge(v, TAG_CONSTRAINTS));
  transcript_absorb(&v->transcript, TAG_QUOTIENT, root += HASH_DIGEST, HASH_DIGEST);
  if (!works(v, TAG_ZETA, p->zeta_work, NONCE_ZETA)) return 0;
  v->zeta = challenge(v, TAG_ZETA);
  if ((v->zeta.c[1] | v->zeta.c[2] | v->zeta.c[3]) == 0) return verifier_fail(v, STEP_TRANSCRIPT, FLAW_POINT, PROOF_ROOTS, STARK_NOWHERE);
  absorb(v, TAG_OPENINGS, PROOF_OPENINGS, 16);
  if (!works(v, TAG_BATCH, p->batch_work, NONCE_BATCH)) return 0;
  v->gamma = v_factor(challenge(v, TAG_BATCH));
  return replay_folds(v);
}

static int balances(struct verifier *v)
{
  const k_t *const sums = (const k_t *)v->view[PROOF_SUMS].at;
  k_t all = { { 0 } };
  for (uint32_t i = 0; i < v->shape.sums; i++) all = k_add(all, sums[i]);
  return k_is_zero(all) || verifier_fail(v, STEP_SUMS, FLAW_SUMS, PROOF_SUMS, STARK_NOWHERE);
}

static void set_roots(struct verifier *v)
{
  uint32_t root = w_of(f_root(STARK_MOST_LOG_DOMAIN)), inverse = w_of(f_inv(f_root(STARK_MOST_LOG_DOMAIN)));
  for (uint32_t bit = STARK_MOST_LOG_DOMAIN; bit-- > 0;) {
    v->root[bit] = root;
    v->inverse_root[bit] = inverse;
    root = w_mul(root, root);
    inverse = w_mul(inverse, inverse);
  }
}

int stark_verify(struct stark_proof *proof, const struct stark_key *key, const uint8_t *bytes, uint64_t length, void *block,
                 const uint32_t *publics, struct stark_fault *fault)
{
  struct verifier *const v = block;
  struct rvr_archive_fault flaw;
  STARK_STEP(STEP_ARCHIVE);
  if (!rvr_archive_open(v->view, bytes, length, RVR_ARCHIVE_PROOF, &flaw)) return stark_fail_archive(fault, STEP_ARCHIVE, &flaw);
  v->key = key;
  v->fault = fault;
  v->heights = (const uint32_t *)v->view[PROOF_HEIGHTS].at;
  v->publics = (const uint32_t *)v->view[PROOF_PUBLICS].at;
  v->openings = (const k_t *)v->view[PROOF_OPENINGS].at;

  STARK_STEP(STEP_SHAPE);
  if (v->view[PROOF_KEY].count != 1) return verifier_fail(v, STEP_SHAPE, FLAW_COUNT, PROOF_KEY, (uint32_t)v->view[PROOF_KEY].count);
  if (!hash_is_equal(v->view[PROOF_KEY].at, key->digest)) return verifier_fail(v, STEP_SHAPE, FLAW_KEY, PROOF_KEY, 0);
  transcript_begin(&v->transcript);
  transcript_absorb(&v->transcript, TAG_KEY, key->digest, HASH_DIGEST);
  if (v->view[PROOF_HEIGHTS].count != key->parameters->airs) {
    return verifier_fail(v, STEP_SHAPE, FLAW_COUNT, PROOF_HEIGHTS, (uint32_t)v->view[PROOF_HEIGHTS].count);
  }
  lay_out_block(v);
  if (!stark_shape(&v->shape, key, v->heights, (uint32_t *)v->nodes, fault) || !has_right_counts(v)) return 0;
  place_openings(v);

  STARK_STEP(STEP_ELEMENTS);
  if (!has_right_elements(v) || !has_wanted_publics(v, publics)) return 0;
  STARK_STEP(STEP_TRANSCRIPT);
  set_roots(v);
  if (!replay(v)) return 0;
  STARK_STEP(STEP_SUMS);
  if (!balances(v)) return 0;
  STARK_STEP(STEP_CONSTRAINTS);
  if (!verifier_constraints(v)) return 0;
  STARK_STEP(STEP_CLAIMS);
  verifier_claims(v);
  if (!verifier_queries(v)) return 0;
  *proof = (struct stark_proof){ v->heights, v->publics };
  return 1;
}
