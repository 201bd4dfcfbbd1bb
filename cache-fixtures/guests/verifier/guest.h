/* What the verifier has from the guest that it is part of: the hash by its instruction, steps of a profile. In front of every file. */
#pragma once
#include <stdint.h>

#define RVR_SHA256_INLINE
static inline int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block) {
    __asm__ volatile(".insn r 0x0b, 4, 2, %0, %1, %2" ::"r"(out), "r"(state), "r"(block) : "memory");
    return 1;
}

#define STARK_STEP(number) __asm__ volatile("addi x0, x0, %0" ::"i"(number) : "memory")
