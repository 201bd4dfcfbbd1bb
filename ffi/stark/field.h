/*
 * The field F: integers modulo p = 2^31 - 2^27 + 1, kept as words below p. A name that ends in _m is of a value in
 * Montgomery form, a * 2^32. Freestanding; no 64-bit division where there is none.
 */
#ifndef RVR_STARK_FIELD_H
#define RVR_STARK_FIELD_H

#include <stdint.h>

#define F_P UINT32_C(2013265921)
#define F_G 31
/* The largest k for which there is a root of order 2^k. */
#define F_TWO_ADICITY 27
#define F_P_INVERSE UINT32_C(0x88000001) /* of p, modulo 2^32 */
#define F_R2 UINT32_C(1172168163)        /* 2^64 mod p: to Montgomery form */

/*
 * Keeps a branch a branch: in a guest what is not executed costs nothing, and the instructions of a selection cost as
 * much as any. Elsewhere branches that nobody can predict are worse.
 */
#if __riscv_xlen == 32
#define F_BRANCH(word) __asm__("" : "+r"(word))
#else
#define F_BRANCH(word) ((void)0)
#endif

/* x / 2^32 mod p, for x below p * 2^32: of a product of a canonical word and one in Montgomery form it is canonical. */
static inline uint32_t f_redc(uint64_t x)
{
  const uint32_t high = (uint32_t)(x >> 32);
  const uint32_t taken = (uint32_t)(((uint64_t)((uint32_t)x * F_P_INVERSE) * F_P) >> 32);
  uint32_t difference = high - taken;
  if (high < taken) {
    F_BRANCH(difference);
    difference += F_P;
  }
  return difference;
}

/* a * 2^32 mod p. */
static inline uint32_t f_mont(uint32_t a) { return f_redc((uint64_t)a * F_R2); }

/* x mod p, for every x. */
static inline uint32_t f_reduce(uint64_t x)
{
#if __riscv_xlen == 64
  uint64_t rest; /* one instruction, where compilers would make a chain of many */
  __asm__("remu %0, %1, %2" : "=r"(rest) : "r"(x), "r"((uint64_t)F_P));
  if (rest >= F_P) __builtin_unreachable();
  return (uint32_t)rest;
#elif __SIZEOF_POINTER__ >= 8 && !defined F_NARROW /* tests have the other way too */
  return (uint32_t)(x % F_P);
#else
  uint32_t high = (uint32_t)(x >> 32);
  if (high >= F_P) high -= F_P;
  if (high >= F_P) high -= F_P;
  return f_mont(f_redc((uint64_t)high << 32 | (uint32_t)x));
#endif
}

#if __riscv_xlen == 64

/* In a guest every instruction costs about as much: a remainder is cheaper than a comparison and what follows. */
static inline uint32_t f_add(uint32_t a, uint32_t b) { return f_reduce((uint64_t)a + b); }
static inline uint32_t f_sub(uint32_t a, uint32_t b) { return f_reduce((uint64_t)a + F_P - b); }

#else

static inline uint32_t f_add(uint32_t a, uint32_t b)
{
  uint32_t sum = a + b; /* below 2^32 */
  if (sum >= F_P) {
    F_BRANCH(sum);
    sum -= F_P;
  }
  return sum;
}

static inline uint32_t f_sub(uint32_t a, uint32_t b)
{
  uint32_t difference = a - b;
  if (a < b) {
    F_BRANCH(difference);
    difference += F_P;
  }
  return difference;
}

#endif

static inline uint32_t f_neg(uint32_t a) { return a == 0 ? 0 : F_P - a; }

static inline uint32_t f_mul(uint32_t a, uint32_t b) { return f_reduce((uint64_t)a * b); }

static inline uint32_t f_pow(uint32_t a, uint64_t exponent)
{
  uint32_t power = 1;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) power = f_mul(power, a);
    a = f_mul(a, a);
  }
  return power;
}

/* 1 / a; 0 for 0. */
static inline uint32_t f_inv(uint32_t a) { return f_pow(a, F_P - 2); }

/* Of order 2^k. */
static inline uint32_t f_root(unsigned k)
{
  uint32_t root = 440564289;
  for (unsigned order = F_TWO_ADICITY; order > k; order--) root = f_mul(root, root);
  return root;
}

/* The k low bits of i in reverse order. */
static inline uint32_t f_reverse(uint32_t i, unsigned k)
{
  uint32_t reversed = 0;
  for (; k > 0; k--, i >>= 1) reversed = reversed << 1 | (i & 1);
  return reversed;
}

#endif
