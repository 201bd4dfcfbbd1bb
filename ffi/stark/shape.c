/* Heights are checked against the key, then counted out. */
#include "shape.h"
#include "field.h"

static const uint8_t element_sizes[PROOF_SECTIONS] = { 32, 4, 4, 32, 16, 8, 16, 32, 16, 64, 32, 64, 32 };

static int fail(struct stark_fault *fault, enum stark_flaw flaw, uint32_t at)
{
  return stark_fail(fault, STEP_SHAPE, flaw, PROOF_FIRST_SECTION + PROOF_HEIGHTS, at);
}

static int has_right_height(const struct stark_air *air, uint32_t at, uint32_t height, struct stark_fault *fault)
{
  if (!stark_is_present(height)) return !(air->flags & AIR_REQUIRED) || fail(fault, FLAW_MISSING, at);
  const int is_right = height <= air->max_log_height && (air->fixed == 0 || height == air->fixed_log_height);
  return is_right || fail(fault, FLAW_HEIGHT, at);
}

/* No message may be said p times: then it would count as if it were never said. */
static int has_few_rows(const struct stark_key *key, const uint32_t *heights, uint32_t *sums, struct stark_fault *fault)
{
  uint64_t all = 0;
  for (uint32_t bus = 0; bus < key->parameters->buses; bus++) sums[bus] = 0;
  for (uint32_t i = 0; i < key->parameters->airs; i++) {
    const struct stark_air *const air = key->airs + i;
    if (!stark_is_present(heights[i]) || air->interactions == 0) continue;
    all += (uint64_t)air->interactions << heights[i];
    if (all >= F_P) return fail(fault, FLAW_ROWS, STARK_NOWHERE);
    const struct stark_interaction *said = key->interactions + air->interactions_at;
    for (const struct stark_interaction *const end = said + air->interactions; said != end; said++) {
      const uint64_t sum = sums[said->bus] + ((uint64_t)said->weight << heights[i]);
      if (sum >= F_P) return fail(fault, FLAW_ROWS, said->bus);
      sums[said->bus] = (uint32_t)sum;
    }
  }
  return 1;
}

static void count_tables(struct stark_shape *shape, const struct stark_key *key, const uint32_t *heights)
{
  for (uint32_t t = 0; t < shape->trees; t++) {
    for (uint32_t i = 0; i < key->parameters->airs; i++) {
      if (!stark_is_present(heights[i])) continue;
      uint32_t next;
      const uint32_t columns = stark_columns(shape, key->airs + i, t, &next);
      shape->tree[t].width[heights[i] + key->parameters->blowup] += columns;
      shape->openings += columns + next;
    }
  }
}

static void count_rounds(struct stark_shape *shape, const struct stark_parameters *p)
{
  shape->log_final = p->log_final < shape->log_trace ? p->log_final : shape->log_trace;
  uint32_t rest = shape->log_trace - shape->log_final, height = shape->log_domain;
  while (rest > 0) {
    const uint32_t arity = p->log_arity < rest ? p->log_arity : rest;
    shape->arity[shape->rounds++] = arity;
    rest -= arity;
    height -= arity;
    shape->fold_blocks += stark_fold_blocks(arity);
    shape->fold_digests += height;
  }
}

static void count_trees(struct stark_shape *shape)
{
  for (uint32_t t = 0; t < shape->trees; t++) {
    struct stark_tree_shape *const tree = shape->tree + t;
    for (uint32_t log = 0; log <= shape->log_domain; log++) {
      if (tree->width[log] == 0) continue;
      tree->log_height = log;
      tree->blocks += stark_blocks(tree->width[log]);
    }
    shape->row_blocks += tree->blocks;
    shape->path_digests += tree->log_height;
  }
}

static void count_sections(struct stark_shape *shape, const struct stark_key *key)
{
  const uint64_t queries = key->parameters->queries;
  const uint64_t counts[PROOF_SECTIONS] = {
    [PROOF_KEY] = 1,
    [PROOF_HEIGHTS] = key->parameters->airs,
    [PROOF_PUBLICS] = key->publics,
    [PROOF_ROOTS] = shape->trees - key->parameters->trees,
    [PROOF_SUMS] = shape->sums,
    [PROOF_NONCES] = NONCE_FOLDS + shape->rounds + 1,
    [PROOF_OPENINGS] = shape->openings,
    [PROOF_FOLD_ROOTS] = shape->rounds,
    [PROOF_FINAL] = UINT64_C(1) << shape->log_final,
    [PROOF_ROWS] = queries * shape->row_blocks,
    [PROOF_PATHS] = queries * shape->path_digests,
    [PROOF_FOLD_LEAVES] = queries * shape->fold_blocks,
    [PROOF_FOLD_PATHS] = queries * shape->fold_digests,
  };
  const uint64_t table = 64 + 32 * PROOF_SECTIONS;
  shape->bytes = (table + 63) & ~UINT64_C(63);
  for (int i = 0; i < PROOF_SECTIONS; i++) {
    shape->count[i] = counts[i];
    shape->bytes = (shape->bytes + counts[i] * element_sizes[i] + 63) & ~UINT64_C(63);
  }
}

int stark_shape(struct stark_shape *shape, const struct stark_key *key, const uint32_t *heights, uint32_t *memory, struct stark_fault *fault)
{
  const struct stark_parameters *const p = key->parameters;
  uint32_t present = 0, most = 0, sums = 0;
  for (uint32_t i = 0; i < p->airs; i++) {
    if (!has_right_height(key->airs + i, i, heights[i], fault)) return 0;
    if (!stark_is_present(heights[i])) continue;
    present++;
    if (heights[i] > most) most = heights[i];
    if (key->airs[i].interactions > 0) sums++;
  }
  if (present == 0) return fail(fault, FLAW_EMPTY, STARK_NOWHERE);
  if (!has_few_rows(key, heights, memory, fault)) return 0;

  *shape = (struct stark_shape){ .log_trace = most, .log_domain = most + p->blowup, .present = present, .sums = sums };
  shape->main_tree = p->trees;
  shape->quotient_tree = p->trees + (sums > 0 ? 2 : 1);
  shape->trees = shape->quotient_tree + 1;
  count_tables(shape, key, heights);
  count_rounds(shape, p);
  count_trees(shape);
  count_sections(shape, key);
  return 1;
}
