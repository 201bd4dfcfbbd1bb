/* BabyBear in canonical elements. */
#pragma once
#include <stdint.h>

enum { FIELD_ORDER = 2013265921 };
/* 2^62 / FIELD_ORDER */
#define FIELD_RECIPROCAL 2290649223u

static inline uint32_t field_add(uint32_t a, uint32_t b) { uint32_t sum = a + b; return sum >= FIELD_ORDER ? sum - FIELD_ORDER : sum; }
static inline uint32_t field_sub(uint32_t a, uint32_t b) { return a >= b ? a - b : a + (FIELD_ORDER - b); }

/* Without a division, so that a loop of them can be vectors: the quotient, by the highest bits of 2^62 / p, is too small by one at most. */
static inline uint32_t field_mul(uint32_t a, uint32_t b)
{
  uint64_t product = (uint64_t)a * b;
  uint32_t quotient = (uint32_t)((uint64_t)(uint32_t)(product >> 30) * FIELD_RECIPROCAL >> 32);
  uint32_t rest = (uint32_t)product - quotient * FIELD_ORDER;
  return rest >= FIELD_ORDER ? rest - FIELD_ORDER : rest;
}
