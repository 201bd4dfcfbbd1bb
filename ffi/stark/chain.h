/* Segments of one run, one after another: each begins where the one before ended. What is carried is 11 words. */
#ifndef RVR_STARK_CHAIN_H
#define RVR_STARK_CHAIN_H

#include "key.h"

struct stark_chain {
  uint32_t segments, is_last, exit_code, pc, root[STARK_ROOT_WORDS];
};

/* What a run ended with: bit 31 of word i is bit i of the exit code, the other bits are word i of the memory's root. */
struct stark_result {
  uint32_t word[STARK_ROOT_WORDS];
};

static inline void stark_chain_begin(struct stark_chain *chain) { *chain = (struct stark_chain){ 0 }; }

/*
 * Takes the next segment's public values, of a proof that was accepted. Where the key has not all roles, there can only
 * be one segment, and what roles there are is checked. 1; or 0 and *fault.
 */
int stark_chain_next(struct stark_chain *chain, const struct stark_key *key, const uint32_t *publics, struct stark_fault *fault);

/* Has the run ended? Keys without role 3 have runs of one segment. */
static inline int stark_chain_is_over(const struct stark_chain *chain) { return chain->is_last; }

/* 1 and *result (what the key has no role for is 0); or 0 and *fault: the last segment is missing. */
int stark_chain_end(const struct stark_chain *chain, struct stark_result *result, struct stark_fault *fault);

#endif
