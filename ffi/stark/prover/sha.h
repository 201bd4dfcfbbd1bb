/* Many chains of SHA-256's compression function at once. */
#ifndef RVR_STARK_SHA_H
#define RVR_STARK_SHA_H

#include "../hash.h"
#include "work.h"

/*
 * digests[k] = the chain from `iv` over `blocks` whole blocks from rows + k * pitch on, for k below `count`.
 */
typedef void stark_chains(uint8_t *digests, const struct hash_state *iv, const uint8_t *rows, uint64_t pitch, uint64_t blocks,
                          uint64_t count);

stark_chains sha_portable, sha_ni, sha_avx2;

/* The fastest that there is and may be used. */
stark_chains *sha_chains(const struct stark_work *work);

extern const uint32_t sha_constants[64];

#endif
