/* Elements of BabyBear, x as x * 2^32: eight at once with AVX2 where the compiler was told to use it, else one. */
#pragma once
#include <stdint.h>
#include "lane-count.h"

#define ORDER 2013265921u
/* 1 / ORDER and 2^64 % ORDER, modulo 2^32 and ORDER. */
#define ORDER_INVERSE 0x88000001u
#define TWO_TO_64 1172168163u
#define ALWAYS static inline __attribute__((always_inline))

#ifdef __AVX2__
#include <immintrin.h>
typedef __m256i lanes;

ALWAYS lanes lanes_of(uint32_t x) { return _mm256_set1_epi32((int)x); }
ALWAYS lanes lanes_add(lanes a, lanes b)
{
  lanes sum = _mm256_add_epi32(a, b);
  return _mm256_min_epu32(sum, _mm256_sub_epi32(sum, lanes_of(ORDER)));
}
/* High halves of products of the even lanes and of the odd ones, in their places. */
ALWAYS lanes high_halves(lanes even, lanes odd) { return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa); }
/* a * b / 2^32 */
ALWAYS lanes lanes_mul(lanes a, lanes b)
{
  lanes even = _mm256_mul_epu32(a, b), odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32));
  lanes inverse = lanes_of(ORDER_INVERSE), order = lanes_of(ORDER);
  lanes less_even = _mm256_mul_epu32(_mm256_mul_epu32(even, inverse), order);
  lanes less_odd = _mm256_mul_epu32(_mm256_mul_epu32(odd, inverse), order);
  lanes rest = _mm256_sub_epi32(high_halves(even, odd), high_halves(less_even, less_odd));
  return _mm256_min_epu32(rest, _mm256_add_epi32(rest, order));
}
#else
typedef uint32_t lanes;

ALWAYS lanes lanes_of(uint32_t x) { return x; }
ALWAYS lanes lanes_add(lanes a, lanes b)
{
  uint32_t sum = a + b, less = sum - ORDER;
  return less < sum ? less : sum;
}
ALWAYS lanes lanes_mul(lanes a, lanes b)
{
  uint64_t product = (uint64_t)a * b;
  uint32_t q = (uint32_t)product * ORDER_INVERSE;
  uint32_t rest = (uint32_t)(product >> 32) - (uint32_t)((uint64_t)q * ORDER >> 32), more = rest + ORDER;
  return more < rest ? more : rest;
}
#endif
