/* Transforms of strips with AVX2. */
#include "cpu.h"

#ifdef STARK_X64
#define STARK_LANES 8
#define KERNELS lde_avx2
#include "lde-strip.h"
#endif
