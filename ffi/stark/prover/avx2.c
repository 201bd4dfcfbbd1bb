/* Eight rows at once, for CPUs that have AVX2. */
#include "cpu.h"

#ifdef STARK_X64
#include <immintrin.h>
#if defined __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#define STARK_AVX2
#define VARIANT(name) name##_avx2
#include "variant.h"
#if defined __clang__
#pragma clang attribute pop
#endif
#endif
