/*
 * Several words of one row at once, for kernels that are compiled once for each kind of CPU: whoever includes this has
 * said which by STARK_LANES, 1 (any CPU) or 8 (AVX2). All functions that use lanes are FOR_LANES.
 */
#include <stdint.h>
#include "../field.h"

#define LANES STARK_LANES

#if LANES == 1
#define FOR_LANES
#else
#include <immintrin.h>
#define FOR_LANES __attribute__((target("avx2")))
#endif
#define LANE static inline __attribute__((always_inline)) FOR_LANES

/* A factor for all lanes: w * 2^32 mod p, and that times the inverse of p modulo 2^32. */
#if LANES == 1
typedef uint32_t lanes;

LANE lanes lanes_load(const uint32_t *from) { return *from; }
LANE void lanes_store(uint32_t *to, lanes a) { *to = a; }
LANE lanes lanes_all(uint32_t a) { return a; }
LANE lanes lanes_add(lanes a, lanes b)
{
  const uint32_t sum = a + b, less = sum - F_P;
  return less < sum ? less : sum;
}
LANE lanes lanes_sub(lanes a, lanes b)
{
  const uint32_t rest = a - b, more = rest + F_P;
  return more < rest ? more : rest;
}
/* Modulo p, for lanes_times alone. */
LANE lanes lanes_less(lanes a, lanes b) { return lanes_sub(a, b); }
LANE lanes lanes_times(lanes a, lanes w, lanes q)
{
  const uint64_t product = (uint64_t)a * w;
  const uint32_t taken = (uint32_t)((uint64_t)(a * q) * F_P >> 32), rest = (uint32_t)(product >> 32) - taken, more = rest + F_P;
  return more < rest ? more : rest;
}
LANE lanes lanes_low(lanes a, lanes b) { return a * b; }

#else
typedef __m256i lanes;

LANE lanes lanes_load(const uint32_t *from) { return _mm256_loadu_si256((const __m256i *)from); }
LANE void lanes_store(uint32_t *to, lanes a) { _mm256_storeu_si256((__m256i *)to, a); }
LANE lanes lanes_all(uint32_t a) { return _mm256_set1_epi32((int)a); }
LANE lanes lanes_add(lanes a, lanes b)
{
  const lanes sum = _mm256_add_epi32(a, b);
  return _mm256_min_epu32(sum, _mm256_sub_epi32(sum, lanes_all(F_P)));
}
LANE lanes lanes_sub(lanes a, lanes b)
{
  const lanes rest = _mm256_sub_epi32(a, b);
  return _mm256_min_epu32(rest, _mm256_add_epi32(rest, lanes_all(F_P)));
}
/* Modulo p, above -p and below p, for lanes_times alone. */
LANE lanes lanes_less(lanes a, lanes b) { return _mm256_sub_epi32(a, b); }
/* a * w / 2^32, canonical; -p < a < p. The lower halves of both products are the same, so their difference is the rest alone. */
LANE lanes lanes_times(lanes a, lanes w, lanes q)
{
  const lanes order = lanes_all(F_P), by = _mm256_mullo_epi32(a, q);
  const lanes even = _mm256_sub_epi64(_mm256_mul_epi32(a, w), _mm256_mul_epi32(by, order));
  const lanes odd = _mm256_sub_epi64(_mm256_mul_epi32(_mm256_srli_epi64(a, 32), w), _mm256_mul_epi32(_mm256_srli_epi64(by, 32), order));
  const lanes rest = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
  return _mm256_min_epu32(rest, _mm256_add_epi32(rest, order));
}
LANE lanes lanes_low(lanes a, lanes b) { return _mm256_mullo_epi32(a, b); }
#endif
