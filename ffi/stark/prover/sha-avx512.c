/* Chains of SHA-256's compression function with AVX-512, 16 at once. */
#include "cpu.h"

#ifdef STARK_X64
#define STARK_LANES 16
#define CHAINS sha_avx512
#include "sha-lanes.h"
#endif
