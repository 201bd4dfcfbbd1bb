/*
 * The verifier: one source for native code and for guests. It reads key and proof where they lie, allocates nothing,
 * and takes all shapes, counts and orders from the key and the heights.
 */
#ifndef RVR_STARK_VERIFY_H
#define RVR_STARK_VERIFY_H

#include "shape.h"

/* What an accepted proof says: where its sections lie. */
struct stark_proof {
  const uint32_t *heights, *publics;
};

/* Bytes of the block that proofs under a key are verified with, at a multiple of 64. */
uint64_t stark_verify_memory(const struct stark_key *key);

/*
 * Verifies a proof of `length` bytes at a multiple of 8, which nobody else may write to, under a key that was checked.
 * `publics`: the public values that are wanted, or 0. 1, and *proof is set; or 0 and *fault.
 */
int stark_verify(struct stark_proof *proof, const struct stark_key *key, const uint8_t *bytes, uint64_t length, void *block,
                 const uint32_t *publics, struct stark_fault *fault);

#endif
