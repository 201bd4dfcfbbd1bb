/* Values of several rows at once: `lanes` are WIDTH field elements, `wide` are WIDE words of 64 bits. Other machines take them one by one. */
#pragma once
#include "field.h"

#ifdef __AVX2__
#include <immintrin.h>
typedef __m256i lanes;
typedef __m256i wide;
enum { WIDTH = 8, WIDE = 4 };

static inline lanes lanes_load(const uint32_t *from) { return _mm256_loadu_si256((const __m256i *)from); }
static inline void lanes_store(uint32_t *to, lanes a) { _mm256_storeu_si256((__m256i *)to, a); }
static inline lanes lanes_all(uint32_t value) { return _mm256_set1_epi32((int)value); }
static inline lanes lanes_add(lanes a, lanes b)
{
  lanes sum = _mm256_add_epi32(a, b);
  return _mm256_min_epu32(sum, _mm256_sub_epi32(sum, lanes_all(FIELD_ORDER)));
}
static inline lanes lanes_sub(lanes a, lanes b)
{
  lanes rest = _mm256_sub_epi32(a, b);
  return _mm256_min_epu32(rest, _mm256_add_epi32(rest, lanes_all(FIELD_ORDER)));
}
/* As field_mul, for the lanes with even numbers and those with odd ones. */
static inline lanes lanes_mul(lanes a, lanes b)
{
  const lanes reciprocal = _mm256_set1_epi64x(FIELD_RECIPROCAL), order = lanes_all(FIELD_ORDER);
  lanes even = _mm256_mul_epu32(a, b), odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32));
  lanes q = _mm256_srli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(even, 30), reciprocal), 32);
  lanes r = _mm256_srli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(odd, 30), reciprocal), 32);
  even = _mm256_sub_epi64(even, _mm256_mul_epu32(q, order));
  odd = _mm256_sub_epi64(odd, _mm256_mul_epu32(r, order));
  lanes rest = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
  return _mm256_min_epu32(rest, _mm256_sub_epi32(rest, order));
}
/* 1 where it is not 0. */
static inline lanes lanes_is_some(lanes a) { return _mm256_add_epi32(lanes_all(1), _mm256_cmpeq_epi32(a, _mm256_setzero_si256())); }
static inline lanes lanes_and(lanes a, lanes b) { return _mm256_and_si256(a, b); }
/* Without reduction. */
static inline lanes lanes_count(lanes a, lanes b) { return _mm256_add_epi32(a, b); }

static inline wide wide_of(const uint32_t *from) { return _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)from)); }
static inline wide wide_load(const uint64_t *from) { return _mm256_loadu_si256((const __m256i *)from); }
static inline void wide_store(uint64_t *to, wide a) { _mm256_storeu_si256((__m256i *)to, a); }
static inline wide wide_all(uint64_t value) { return _mm256_set1_epi64x((long long)value); }
static inline wide wide_add(wide a, wide b) { return _mm256_add_epi64(a, b); }
/* Of the lower halves. */
static inline wide wide_times(wide a, wide b) { return _mm256_mul_epu32(a, b); }
static inline wide wide_high(wide a) { return _mm256_srli_epi64(a, 32); }
static inline wide wide_low(wide a) { return _mm256_and_si256(a, wide_all(0xffffffff)); }
#else
typedef uint32_t lanes;
typedef uint64_t wide;
enum { WIDTH = 1, WIDE = 1 };

static inline lanes lanes_load(const uint32_t *from) { return *from; }
static inline void lanes_store(uint32_t *to, lanes a) { *to = a; }
static inline lanes lanes_all(uint32_t value) { return value; }
static inline lanes lanes_add(lanes a, lanes b) { return field_add(a, b); }
static inline lanes lanes_sub(lanes a, lanes b) { return field_sub(a, b); }
static inline lanes lanes_mul(lanes a, lanes b) { return field_mul(a, b); }
static inline lanes lanes_is_some(lanes a) { return a != 0; }
static inline lanes lanes_and(lanes a, lanes b) { return a & b; }
static inline lanes lanes_count(lanes a, lanes b) { return a + b; }

static inline wide wide_of(const uint32_t *from) { return *from; }
static inline wide wide_load(const uint64_t *from) { return *from; }
static inline void wide_store(uint64_t *to, wide a) { *to = a; }
static inline wide wide_all(uint64_t value) { return value; }
static inline wide wide_add(wide a, wide b) { return a + b; }
static inline wide wide_times(wide a, wide b) { return (a & 0xffffffff) * (b & 0xffffffff); }
static inline wide wide_high(wide a) { return a >> 32; }
static inline wide wide_low(wide a) { return a & 0xffffffff; }
#endif
