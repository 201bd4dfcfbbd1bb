/* The chain of a run's segments. */
#include "chain.h"

static int fail(const struct stark_chain *chain, struct stark_fault *fault, enum stark_flaw flaw, uint32_t at)
{
  stark_fail(fault, STEP_CHAIN, flaw, 0x103, at);
  fault->segment = chain->segments;
  return 0;
}

/* The public values of a role; 0 where the key has no such role. */
static const uint32_t *values_of(const struct stark_key *key, const uint32_t *publics, uint32_t role)
{
  for (uint32_t i = 0; i < key->role_count; i++) {
    const struct stark_role_place *const place = key->roles + i;
    if (place->role != role) continue;
    uint32_t at = place->first;
    for (uint32_t air = 0; air < place->air; air++) at += key->airs[air].publics;
    return publics + at;
  }
  return 0;
}

static int is_equal(const uint32_t *a, const uint32_t *b, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++)
    if (a[i] != b[i]) return 0;
  return 1;
}

static int has_starts(const struct stark_chain *chain, const struct stark_key *key, const uint32_t *publics, struct stark_fault *fault)
{
  for (uint32_t i = 0; i < key->start_count; i++) {
    const struct stark_start *const start = key->starts + i;
    if (values_of(key, publics, start->role)[start->index] != start->value) return fail(chain, fault, FLAW_START, start->role);
  }
  return 1;
}

int stark_chain_next(struct stark_chain *chain, const struct stark_key *key, const uint32_t *publics, struct stark_fault *fault)
{
  const uint32_t *values[STARK_ROLES + 1];
  uint32_t missing = 0;
  for (uint32_t role = STARK_ROLES; role > 0; role--) {
    values[role] = values_of(key, publics, role);
    if (values[role] == 0) missing = role;
  }
  if (chain->segments == 0) {
    if (!has_starts(chain, key, publics, fault)) return 0;
  } else {
    if (missing != 0) return fail(chain, fault, FLAW_ROLES, missing);
    if (chain->is_last) return fail(chain, fault, FLAW_LAST, ROLE_IS_LAST);
    if (*values[ROLE_PC_BEFORE] != chain->pc) return fail(chain, fault, FLAW_PC, ROLE_PC_BEFORE);
    if (!is_equal(values[ROLE_ROOT_BEFORE], chain->root, STARK_ROOT_WORDS)) return fail(chain, fault, FLAW_ROOT, ROLE_ROOT_BEFORE);
  }
  const uint32_t *const is_last = values[ROLE_IS_LAST], *const pc = values[ROLE_PC_AFTER];
  const uint32_t *const exit_code = values[ROLE_EXIT_CODE], *const root = values[ROLE_ROOT_AFTER];
  chain->is_last = is_last == 0 ? 1 : *is_last;
  chain->exit_code = exit_code == 0 ? 0 : *exit_code;
  chain->pc = pc == 0 ? 0 : *pc;
  for (uint32_t i = 0; i < STARK_ROOT_WORDS; i++) chain->root[i] = root == 0 ? 0 : root[i];
  chain->segments++;
  return 1;
}

int stark_chain_end(const struct stark_chain *chain, struct stark_result *result, struct stark_fault *fault)
{
  if (chain->segments == 0 || chain->is_last != 1) return fail(chain, fault, FLAW_LAST, ROLE_IS_LAST);
  if (chain->exit_code > 255) return fail(chain, fault, FLAW_EXIT, ROLE_EXIT_CODE);
  for (uint32_t i = 0; i < STARK_ROOT_WORDS; i++) result->word[i] = chain->root[i] | (chain->exit_code >> i & 1) << 31;
  return 1;
}
