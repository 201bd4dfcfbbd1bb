/* Chains of SHA-256's compression function with AVX2, 8 at once. */
#include "cpu.h"

#ifdef STARK_X64
#define STARK_LANES 8
#define CHAINS sha_avx2
#include "sha-lanes.h"
#endif
