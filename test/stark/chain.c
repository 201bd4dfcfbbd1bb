/* The chain of segments under a key with all roles: reads 20 public values a segment, says what comes of them. Argument: how many roles. */
#include <stdio.h>
#include <stdlib.h>
#include "chain.h"

int main(int argc, char **argv)
{
  /* In front of them another AIR's. */
  static const struct stark_air airs[2] = { { .publics = 3 }, { .publics = 20 } };
  static const struct stark_role_place roles[STARK_ROLES] = { { 1, 1, 0, 1 }, { 2, 1, 1, 1 },  { 3, 1, 2, 1 },
                                                              { 4, 1, 3, 1 }, { 5, 1, 4, 8 }, { 6, 1, 12, 8 } };
  static const struct stark_start starts[3] = { { 1, 0, 4096, 0 }, { 5, 0, 7, 0 }, { 5, 7, 9, 0 } };
  const uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : STARK_ROLES;
  const struct stark_key key = { .airs = airs, .roles = roles, .role_count = count, .starts = starts, .start_count = count < 5 ? 1 : 3 };
  struct stark_chain chain;
  struct stark_result result;
  struct stark_fault fault;
  stark_chain_begin(&chain);
  for (uint32_t publics[23] = { 1, 2, 3 }, at = 3; scanf("%u", &publics[at]) == 1;) {
    if (++at < 23) continue;
    at = 3;
    if (!stark_chain_next(&chain, &key, publics, &fault)) {
      printf("%u %u %u %u\n", fault.step, fault.flaw, fault.at, fault.segment);
      return 0;
    }
  }
  if (stark_chain_end(&chain, &result, &fault))
    for (int i = 0; i < STARK_ROOT_WORDS; i++) printf(i < STARK_ROOT_WORDS - 1 ? "%u " : "%u\n", result.word[i]);
  else printf("%u %u %u %u\n", fault.step, fault.flaw, fault.at, fault.segment);
  return 0;
}
