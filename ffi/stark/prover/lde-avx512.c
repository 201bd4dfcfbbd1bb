/* Transforms of strips with AVX-512. */
#include "cpu.h"

#ifdef STARK_X64
#define STARK_LANES 16
#define KERNELS lde_avx512
#include "lde-strip.h"
#endif
