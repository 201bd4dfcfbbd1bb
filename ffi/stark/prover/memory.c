/* The root of the memory that a guest begins with. */
#include "../memory.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT void rvr_prover_memory_hash(const uint32_t *left, const uint32_t *right, uint32_t *out) { memory_compress(out, left, right); }

/* Registers as bytes, XLEN / 8 of each; bytes of memory from address 0, and of public values. What is behind them is 0. */
EXPORT int rvr_prover_memory_root(uint32_t xlen, const uint8_t *registers, uint64_t registers_length, const uint8_t *memory, uint64_t memory_length,
                                  const uint8_t *publics, uint64_t publics_length, uint32_t *out)
{
  memory_hash space[3];
  memory_space(space[0], xlen, registers, registers_length);
  memory_space(space[1], xlen, memory, memory_length);
  memory_space(space[2], xlen, publics, publics_length);
  memory_compress(space[0], space[0], space[1]);
  memory_root(out, xlen, space[0], space[2]);
  return 0;
}
