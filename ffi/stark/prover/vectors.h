/*
 * Several canonical words at once: `vec` is VEC of them, `wide` as many products of 64 bits. With STARK_AVX2 the code
 * around it is compiled for AVX2; without, they are taken one by one. The same values either way.
 */
#include "../extension.h"

#define K_W_M UINT32_C(939524073) /* 11 * 2^32 mod p */
#define INLINE static inline __attribute__((always_inline))

#ifdef STARK_AVX2
#include <immintrin.h>
enum { VEC = 8 };
typedef __m256i vec;
typedef struct {
  __m256i even, odd;
} wide;

INLINE vec vec_load(const uint32_t *from) { return _mm256_loadu_si256((const __m256i *)from); }
INLINE void vec_store(uint32_t *to, vec a) { _mm256_storeu_si256((__m256i *)to, a); }
INLINE vec vec_all(uint32_t a) { return _mm256_set1_epi32((int)a); }
INLINE vec vec_add(vec a, vec b)
{
  const vec sum = _mm256_add_epi32(a, b);
  return _mm256_min_epu32(sum, _mm256_sub_epi32(sum, vec_all(F_P)));
}
INLINE vec vec_sub(vec a, vec b)
{
  const vec rest = _mm256_sub_epi32(a, b);
  return _mm256_min_epu32(rest, _mm256_add_epi32(rest, vec_all(F_P)));
}
INLINE vec vec_odd(vec a) { return _mm256_srli_epi64(a, 32); }
INLINE wide wide_mul(vec a, vec b)
{
  return (wide){ _mm256_mul_epu32(a, b), _mm256_mul_epu32(vec_odd(a), vec_odd(b)) };
}
INLINE wide wide_add(wide a, wide b) { return (wide){ _mm256_add_epi64(a.even, b.even), _mm256_add_epi64(a.odd, b.odd) }; }
INLINE vec wide_high(wide a) { return _mm256_blend_epi32(vec_odd(a.even), a.odd, 0xaa); }
/* What has to be taken from the upper halves so that the lower ones are 0. */
INLINE vec wide_taken(wide a)
{
  const vec inverse = vec_all(F_P_INVERSE), order = vec_all(F_P);
  const wide multiple = { _mm256_mul_epu32(_mm256_mul_epu32(a.even, inverse), order),
                          _mm256_mul_epu32(_mm256_mul_epu32(a.odd, inverse), order) };
  return wide_high(multiple);
}
INLINE vec vec_once(vec a) { return _mm256_min_epu32(a, _mm256_sub_epi32(a, vec_all(F_P))); }
INLINE vec vec_mul(vec a, vec b)
{
  const vec reciprocal = vec_all(2290649223u), order = vec_all(F_P);
  const wide product = wide_mul(a, b);
  const __m256i q = _mm256_srli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(product.even, 30), reciprocal), 32);
  const __m256i r = _mm256_srli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(product.odd, 30), reciprocal), 32);
  const __m256i even = _mm256_sub_epi64(product.even, _mm256_mul_epu32(q, order));
  const __m256i odd = _mm256_sub_epi64(product.odd, _mm256_mul_epu32(r, order));
  return vec_once(_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa));
}
/* Columns `from` to `from` + 7 of VEC rows. */
INLINE void vec_columns(vec to[8], const uint32_t *const rows[], uint32_t from)
{
  __m256i a[8], b[8];
  for (int k = 0; k < 8; k++) a[k] = vec_load(rows[k] + from);
  for (int k = 0; k < 8; k += 2) {
    b[k] = _mm256_unpacklo_epi32(a[k], a[k + 1]);
    b[k + 1] = _mm256_unpackhi_epi32(a[k], a[k + 1]);
  }
  for (int k = 0; k < 8; k += 4) {
    a[k] = _mm256_unpacklo_epi64(b[k], b[k + 2]);
    a[k + 1] = _mm256_unpackhi_epi64(b[k], b[k + 2]);
    a[k + 2] = _mm256_unpacklo_epi64(b[k + 1], b[k + 3]);
    a[k + 3] = _mm256_unpackhi_epi64(b[k + 1], b[k + 3]);
  }
  for (int k = 0; k < 4; k++) {
    to[k] = _mm256_permute2x128_si256(a[k], a[k + 4], 0x20);
    to[k + 4] = _mm256_permute2x128_si256(a[k], a[k + 4], 0x31);
  }
}
#else
enum { VEC = 1 };
typedef uint32_t vec;
typedef uint64_t wide;

INLINE vec vec_load(const uint32_t *from) { return *from; }
INLINE void vec_store(uint32_t *to, vec a) { *to = a; }
INLINE vec vec_all(uint32_t a) { return a; }
INLINE vec vec_add(vec a, vec b) { return f_add(a, b); }
INLINE vec vec_sub(vec a, vec b) { return f_sub(a, b); }
INLINE void vec_columns(vec to[8], const uint32_t *const rows[], uint32_t from)
{
  for (int k = 0; k < 8; k++) to[k] = rows[0][from + k];
}
INLINE wide wide_mul(vec a, vec b) { return (uint64_t)a * b; }
INLINE wide wide_add(wide a, wide b) { return a + b; }
INLINE vec wide_high(wide a) { return (uint32_t)(a >> 32); }
INLINE vec wide_taken(wide a) { return (uint32_t)(((uint64_t)((uint32_t)a * F_P_INVERSE) * F_P) >> 32); }
INLINE vec vec_once(vec a) { return a >= F_P ? a - F_P : a; }
/* Without a division: the quotient, by the highest bits of 2^62 / p, is too small by one at most. */
INLINE vec vec_mul(vec a, vec b)
{
  const uint64_t product = (uint64_t)a * b;
  const uint32_t quotient = (uint32_t)((uint64_t)(uint32_t)(product >> 30) * 2290649223u >> 32);
  return vec_once((uint32_t)product - quotient * F_P);
}
#endif

/* Of a product that has a factor in Montgomery form. */
INLINE vec wide_redc(wide a) { return vec_sub(wide_high(a), wide_taken(a)); }
/* Of a sum of up to four such products: less than 2^64, and its upper half less than 2 p. */
INLINE vec wide_redc4(wide a) { return vec_sub(vec_once(wide_high(a)), wide_taken(a)); }
INLINE vec vec_mul_m(vec a, vec b_m) { return wide_redc(wide_mul(a, b_m)); }

/* Elements of K, VEC at once: coordinate by coordinate. */
typedef struct {
  vec c[4];
} kvec;

INLINE kvec kvec_all(const uint32_t *k) { return (kvec){ { vec_all(k[0]), vec_all(k[1]), vec_all(k[2]), vec_all(k[3]) } }; }
INLINE kvec kvec_add(kvec a, kvec b)
{
  return (kvec){ { vec_add(a.c[0], b.c[0]), vec_add(a.c[1], b.c[1]), vec_add(a.c[2], b.c[2]), vec_add(a.c[3], b.c[3]) } };
}
INLINE kvec kvec_sub(kvec a, kvec b)
{
  return (kvec){ { vec_sub(a.c[0], b.c[0]), vec_sub(a.c[1], b.c[1]), vec_sub(a.c[2], b.c[2]), vec_sub(a.c[3], b.c[3]) } };
}
INLINE vec vec_mont(vec a) { return vec_mul_m(a, vec_all(F_R2)); }
INLINE kvec kvec_mont(kvec a) { return (kvec){ { vec_mont(a.c[0]), vec_mont(a.c[1]), vec_mont(a.c[2]), vec_mont(a.c[3]) } }; }
/* One of the two in Montgomery form; the product is in the form of the other. */
INLINE kvec kvec_mul_m(kvec a, kvec b)
{
  const vec eleven = vec_all(K_W_M);
  const vec w1 = vec_mul_m(b.c[1], eleven), w2 = vec_mul_m(b.c[2], eleven), w3 = vec_mul_m(b.c[3], eleven);
#define FOUR(a0, b0, a1, b1, a2, b2, a3, b3) \
  wide_redc4(wide_add(wide_add(wide_mul(a0, b0), wide_mul(a1, b1)), wide_add(wide_mul(a2, b2), wide_mul(a3, b3))))
  return (kvec){ { FOUR(a.c[0], b.c[0], a.c[1], w3, a.c[2], w2, a.c[3], w1), FOUR(a.c[0], b.c[1], a.c[1], b.c[0], a.c[2], w3, a.c[3], w2),
                   FOUR(a.c[0], b.c[2], a.c[1], b.c[1], a.c[2], b.c[0], a.c[3], w3), FOUR(a.c[0], b.c[3], a.c[1], b.c[2], a.c[2], b.c[1], a.c[3], b.c[0]) } };
#undef FOUR
}
/* b in Montgomery form, or all of a. */
INLINE kvec kvec_mul_f_m(kvec a, vec b)
{
  return (kvec){ { vec_mul_m(a.c[0], b), vec_mul_m(a.c[1], b), vec_mul_m(a.c[2], b), vec_mul_m(a.c[3], b) } };
}

INLINE vec vec_square_m(vec a, uint32_t times)
{
  for (uint32_t i = 0; i < times; i++) a = vec_mul_m(a, a);
  return a;
}
/* 1 / a, in Montgomery form both; 0 for 0. The exponent p - 2 is 111 0 111 1...1 in binary: 27 ones at the end. */
INLINE vec vec_inv_m(vec a)
{
  const vec ones3 = vec_mul_m(vec_square_m(vec_mul_m(vec_square_m(a, 1), a), 1), a);
  const vec ones6 = vec_mul_m(vec_square_m(ones3, 3), ones3);
  const vec ones12 = vec_mul_m(vec_square_m(ones6, 6), ones6);
  const vec head = vec_mul_m(vec_square_m(ones3, 4), ones3);
  return vec_mul_m(vec_square_m(vec_mul_m(vec_square_m(head, 12), ones12), 12), ones12);
}
/*
 * 1 / a, in Montgomery form both; 0 for 0. With b = a(-X) the product a * b = d + e X^2 lies in the field between, and
 * (d + e X^2)(d - e X^2) = d^2 - 11 e^2, the norm, in F.
 */
INLINE kvec kvec_inv_m(kvec a, vec *norm)
{
  const vec eleven = vec_all(K_W_M), zero = vec_all(0);
  const vec a13 = vec_mul_m(a.c[1], a.c[3]), a02 = vec_mul_m(a.c[0], a.c[2]);
  const vec d = vec_add(vec_mul_m(a.c[0], a.c[0]), vec_mul_m(eleven, vec_sub(vec_mul_m(a.c[2], a.c[2]), vec_add(a13, a13))));
  const vec e = vec_sub(vec_sub(vec_add(a02, a02), vec_mul_m(a.c[1], a.c[1])), vec_mul_m(eleven, vec_mul_m(a.c[3], a.c[3])));
  *norm = vec_sub(vec_mul_m(d, d), vec_mul_m(eleven, vec_mul_m(e, e)));
  const vec inverse = vec_inv_m(*norm), u = vec_mul_m(d, inverse), v = vec_sub(zero, vec_mul_m(e, inverse));
  /* (a0 - a1 X + a2 X^2 - a3 X^3)(u + v X^2) */
  const vec v11 = vec_mul_m(v, eleven), a1 = vec_sub(zero, a.c[1]), a3 = vec_sub(zero, a.c[3]);
  return (kvec){ { wide_redc4(wide_add(wide_mul(a.c[0], u), wide_mul(a.c[2], v11))), wide_redc4(wide_add(wide_mul(a1, u), wide_mul(a3, v11))),
                   wide_redc4(wide_add(wide_mul(a.c[2], u), wide_mul(a.c[0], v))), wide_redc4(wide_add(wide_mul(a3, u), wide_mul(a1, v))) } };
}
