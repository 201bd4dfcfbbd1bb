/* The extension K = F[X] / (X^4 - 11), elements as their four coefficients, constant first, each canonical. */
#ifndef RVR_STARK_EXTENSION_H
#define RVR_STARK_EXTENSION_H

#include "field.h"

#define K_W 11 /* X^4 */

typedef struct {
  uint32_t c[4];
} k_t;

static inline k_t k_of(uint32_t a) { return (k_t){ { a, 0, 0, 0 } }; }

static inline k_t k_add(k_t a, k_t b)
{
  return (k_t){ { f_add(a.c[0], b.c[0]), f_add(a.c[1], b.c[1]), f_add(a.c[2], b.c[2]), f_add(a.c[3], b.c[3]) } };
}

static inline k_t k_sub(k_t a, k_t b)
{
  return (k_t){ { f_sub(a.c[0], b.c[0]), f_sub(a.c[1], b.c[1]), f_sub(a.c[2], b.c[2]), f_sub(a.c[3], b.c[3]) } };
}

static inline k_t k_neg(k_t a) { return (k_t){ { f_neg(a.c[0]), f_neg(a.c[1]), f_neg(a.c[2]), f_neg(a.c[3]) } }; }

static inline k_t k_mul_f(k_t a, uint32_t b)
{
  return (k_t){ { f_mul(a.c[0], b), f_mul(a.c[1], b), f_mul(a.c[2], b), f_mul(a.c[3], b) } };
}

/* Four products of words below p are below 2^64. */
static inline k_t k_mul(k_t a, k_t b)
{
  const uint64_t a0 = a.c[0], a1 = a.c[1], a2 = a.c[2], a3 = a.c[3];
  const uint64_t b0 = b.c[0], b1 = b.c[1], b2 = b.c[2], b3 = b.c[3];
  const uint64_t w1 = f_reduce(K_W * b1), w2 = f_reduce(K_W * b2), w3 = f_reduce(K_W * b3);
  return (k_t){ { f_reduce(a0 * b0 + a1 * w3 + a2 * w2 + a3 * w1), f_reduce(a0 * b1 + a1 * b0 + a2 * w3 + a3 * w2),
                  f_reduce(a0 * b2 + a1 * b1 + a2 * b0 + a3 * w3), f_reduce(a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0) } };
}

static inline k_t k_pow(k_t a, uint64_t exponent)
{
  k_t power = k_of(1);
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) power = k_mul(power, a);
    a = k_mul(a, a);
  }
  return power;
}

/*
 * 1 / a; 0 for 0. With b = a(-X): a * b = d + e X^2 is in the field between, and (d + e X^2)(d - e X^2) = d^2 - 11 e^2
 * in F.
 */
static inline k_t k_inv(k_t a)
{
  const k_t b = { { a.c[0], f_neg(a.c[1]), a.c[2], f_neg(a.c[3]) } };
  const k_t between = k_mul(a, b);
  const uint32_t d = between.c[0], e = between.c[2];
  const uint32_t inverse = f_inv(f_sub(f_mul(d, d), f_mul(K_W, f_mul(e, e))));
  const k_t other = { { f_mul(d, inverse), 0, f_neg(f_mul(e, inverse)), 0 } };
  return k_mul(b, other);
}

static inline int k_is_zero(k_t a) { return (a.c[0] | a.c[1] | a.c[2] | a.c[3]) == 0; }

static inline int k_is_equal(k_t a, k_t b) { return k_is_zero(k_sub(a, b)); }

#endif
