/*
 * Words as the verifier computes with them. Where one instruction reduces a product they are canonical; on machines of
 * 32 bits they are in Montgomery form. Either way a canonical word times such a word is canonical, so what a proof
 * opens is used as it lies. w_ is of F, v_ of K.
 */
#ifndef RVR_STARK_FORM_H
#define RVR_STARK_FORM_H

#include "extension.h"

#if defined F_NARROW || __SIZEOF_POINTER__ < 8

#define W_ONE UINT32_C(268435454)
static inline uint32_t w_of(uint32_t canonical) { return f_mont(canonical); }
static inline uint32_t w_mul(uint32_t a, uint32_t b) { return f_redc((uint64_t)a * b); }

/* Of up to four products. */
/* Sums of products that go on: what is below p * 2^32 stays so when two products are added and it is cut. */
#define W_PART 2
static inline uint64_t w_cut(uint64_t sum)
{
  uint32_t high = (uint32_t)(sum >> 32);
  if (high >= F_P) {
    F_BRANCH(high);
    high -= F_P;
  }
  return (uint64_t)high << 32 | (uint32_t)sum;
}
static inline uint32_t w_end(uint64_t sum) { return f_redc(sum); }

/* Of up to four products. */
static inline uint32_t w_sum(uint64_t products) { return f_redc(w_cut(products)); }

/* The same and a word. */
static inline uint32_t w_sum_and(uint64_t products, uint32_t word) { return f_add(w_sum(products), word); }

#else

#define W_ONE UINT32_C(1)
static inline uint32_t w_of(uint32_t canonical) { return canonical; }
static inline uint32_t w_mul(uint32_t a, uint32_t b) { return f_mul(a, b); }
static inline uint32_t w_sum(uint64_t products) { return f_reduce(products); }

/* The same and a word. */
static inline uint32_t w_sum_and(uint64_t products, uint32_t word) { return f_reduce(products + word); }

/* Sums of products that go on: a word below p and four products are below 2^64. */
#define W_PART 4
static inline uint64_t w_cut(uint64_t sum) { return f_reduce(sum); }
static inline uint32_t w_end(uint64_t sum) { return (uint32_t)sum; }

#endif

static inline uint32_t w_pow(uint32_t a, uint32_t exponent)
{
  uint32_t power = W_ONE;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) power = w_mul(power, a);
    a = w_mul(a, a);
  }
  return power;
}

/* a^(p - 2): the exponent is 1110, then 27 ones, nine times three of them. */
static inline uint32_t w_inv(uint32_t a)
{
  const uint32_t three = w_mul(w_mul(a, a), a), seven = w_mul(w_mul(three, three), a);
  uint32_t power = w_mul(seven, seven);
  for (int i = 0; i < 9; i++) {
    power = w_mul(power, power), power = w_mul(power, power), power = w_mul(power, power);
    power = w_mul(power, seven);
  }
  return power;
}

static inline k_t v_of(k_t canonical)
{
  return (k_t){ { w_of(canonical.c[0]), w_of(canonical.c[1]), w_of(canonical.c[2]), w_of(canonical.c[3]) } };
}

static inline k_t v_of_word(uint32_t canonical) { return (k_t){ { w_of(canonical), 0, 0, 0 } }; }

static inline k_t v_scale(k_t a, uint32_t b)
{
  return (k_t){ { w_mul(a.c[0], b), w_mul(a.c[1], b), w_mul(a.c[2], b), w_mul(a.c[3], b) } };
}

/* What a product needs of one factor: its coefficients, and 11 times the last three. */
struct v_factor {
  uint32_t c[4], w[4];
};

static inline struct v_factor v_factor(k_t b)
{
  const uint32_t eleven = w_of(K_W);
  return (struct v_factor){ { b.c[0], b.c[1], b.c[2], b.c[3] },
                            { 0, w_mul(b.c[1], eleven), w_mul(b.c[2], eleven), w_mul(b.c[3], eleven) } };
}

/* a * b + c */
static inline k_t v_times_and(k_t a, const struct v_factor *b, k_t c)
{
  const uint64_t a0 = a.c[0], a1 = a.c[1], a2 = a.c[2], a3 = a.c[3];
  const uint64_t b0 = b->c[0], b1 = b->c[1], b2 = b->c[2], b3 = b->c[3], w1 = b->w[1], w2 = b->w[2], w3 = b->w[3];
  return (k_t){ { w_sum_and(a0 * b0 + a1 * w3 + a2 * w2 + a3 * w1, c.c[0]), w_sum_and(a0 * b1 + a1 * b0 + a2 * w3 + a3 * w2, c.c[1]),
                  w_sum_and(a0 * b2 + a1 * b1 + a2 * b0 + a3 * w3, c.c[2]), w_sum_and(a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0, c.c[3]) } };
}

/* a * b + c, b in F */
static inline k_t v_scale_and(k_t a, uint64_t b, k_t c)
{
  return (k_t){ { w_sum_and(a.c[0] * b, c.c[0]), w_sum_and(a.c[1] * b, c.c[1]), w_sum_and(a.c[2] * b, c.c[2]), w_sum_and(a.c[3] * b, c.c[3]) } };
}

static inline k_t v_times(k_t a, const struct v_factor *b)
{
  const uint64_t a0 = a.c[0], a1 = a.c[1], a2 = a.c[2], a3 = a.c[3];
  const uint64_t b0 = b->c[0], b1 = b->c[1], b2 = b->c[2], b3 = b->c[3], w1 = b->w[1], w2 = b->w[2], w3 = b->w[3];
  return (k_t){ { w_sum(a0 * b0 + a1 * w3 + a2 * w2 + a3 * w1), w_sum(a0 * b1 + a1 * b0 + a2 * w3 + a3 * w2),
                  w_sum(a0 * b2 + a1 * b1 + a2 * b0 + a3 * w3), w_sum(a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0) } };
}

static inline int v_is_word(k_t a) { return (a.c[1] | a.c[2] | a.c[3]) == 0; }

static inline k_t v_mul(k_t a, k_t b)
{
  const struct v_factor factor = v_factor(b);
  return v_times(a, &factor);
}

static inline k_t v_mul_and(k_t a, k_t b, k_t c)
{
  const struct v_factor factor = v_factor(b);
  return v_times_and(a, &factor, c);
}

/* a * X */
static inline k_t v_shift(k_t a) { return (k_t){ { w_mul(a.c[3], w_of(K_W)), a.c[0], a.c[1], a.c[2] } }; }

static inline k_t v_pow(k_t a, uint32_t exponent)
{
  k_t power = { { W_ONE, 0, 0, 0 } };
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) power = v_mul(power, a);
    a = v_mul(a, a);
  }
  return power;
}

/*
 * 1 / (x - z) for many x in F: (x - z) times the same with -X is d + e X^2, where d and e are polynomials in x - z_0.
 */
struct v_point {
  /* Of the others' part: d = a^2 + square, e = twice * a - rest, for a = x - z_0. */
  uint32_t z[4], square, twice, rest;
};

static inline struct v_point v_point(k_t z)
{
  const uint32_t eleven = w_of(K_W), z1 = z.c[1], z2 = z.c[2], z3 = z.c[3];
  const uint32_t middle = w_mul(z1, z3);
  return (struct v_point){
    { z.c[0], z1, z2, z3 },
    w_mul(eleven, f_sub(w_mul(z2, z2), f_add(middle, middle))),
    f_neg(f_add(z2, z2)),
    f_add(w_mul(z1, z1), w_mul(eleven, w_mul(z3, z3))),
  };
}

struct v_difference {
  uint32_t a, d, e;
};

/* *norm: in F, what has to be inverted. */
static inline struct v_difference v_difference(const struct v_point *point, uint32_t x, uint32_t *norm)
{
  const uint32_t a = f_sub(x, point->z[0]);
  const uint32_t d = f_add(w_mul(a, a), point->square), e = f_sub(w_mul(point->twice, a), point->rest);
  *norm = f_sub(w_mul(d, d), w_mul(w_of(K_W), w_mul(e, e)));
  return (struct v_difference){ a, d, e };
}

static inline k_t v_inverse(const struct v_point *point, const struct v_difference *difference, uint32_t inverse_norm)
{
  const uint32_t d = w_mul(difference->d, inverse_norm), e = w_mul(difference->e, inverse_norm), f = w_mul(e, w_of(K_W));
  const uint32_t a = difference->a, z1 = point->z[1], z2 = point->z[2], z3 = point->z[3];
  /* (a + z1 X - z2 X^2 + z3 X^3)(d - e X^2) */
  return (k_t){ { f_add(w_mul(a, d), w_mul(z2, f)), f_sub(w_mul(z1, d), w_mul(z3, f)), f_neg(f_add(w_mul(z2, d), w_mul(a, e))),
                  f_sub(w_mul(z3, d), w_mul(z1, e)) } };
}

/* 1 / a; 0 for 0. */
static inline k_t v_inv(k_t a)
{
  uint32_t norm;
  const struct v_point point = v_point(k_neg(a));
  const struct v_difference difference = v_difference(&point, 0, &norm);
  return v_inverse(&point, &difference, w_inv(norm));
}

/* Sum of words, as they lie, times weights: canonical. */
static inline k_t v_dot(const uint32_t *words, const k_t *weights, uint32_t count)
{
  uint64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#define V_ADD(i) \
  s0 += (uint64_t)words[i] * weights[i].c[0], s1 += (uint64_t)words[i] * weights[i].c[1]; \
  s2 += (uint64_t)words[i] * weights[i].c[2], s3 += (uint64_t)words[i] * weights[i].c[3]
#define V_CUT() s0 = w_cut(s0), s1 = w_cut(s1), s2 = w_cut(s2), s3 = w_cut(s3)
  for (; count >= W_PART; count -= W_PART, words += W_PART, weights += W_PART) {
    V_ADD(0);
    V_ADD(1);
#if W_PART == 4
    V_ADD(2);
    V_ADD(3);
#endif
    V_CUT();
  }
  for (uint32_t i = 0; i < count; i++) {
    V_ADD(i);
  }
  V_CUT();
#undef V_ADD
#undef V_CUT
  return (k_t){ { w_end(s0), w_end(s1), w_end(s2), w_end(s3) } };
}

#endif
