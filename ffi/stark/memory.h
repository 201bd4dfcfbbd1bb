/*
 * The tree over a guest's memory: leaves of eight cells, address spaces side by side, 1 registers, 2 memory, 3 public
 * values, and five that hold nothing. Hashes are words below p.
 */
#ifndef RVR_STARK_MEMORY_H
#define RVR_STARK_MEMORY_H

#include <stdint.h>

enum { MEMORY_HASH_WORDS = 8, MEMORY_LOG_BYTES = 29 };

typedef uint32_t memory_hash[MEMORY_HASH_WORDS];

/* Of two hashes; `out` may be one of them. */
void memory_compress(memory_hash out, const memory_hash left, const memory_hash right);

/* The root of the one space whose first bytes these are, at most 2^29, and whose others are 0. `xlen`: 32 or 64. */
void memory_space(memory_hash out, uint32_t xlen, const uint8_t *bytes, uint64_t length);

/* The root of all, from the node above registers and memory, and the root of the public values. */
void memory_root(memory_hash out, uint32_t xlen, const memory_hash beside, const memory_hash publics);

#endif
