/* BabyBear in canonical elements. */
#include <stdint.h>

enum { FIELD_ORDER = 2013265921 };

static inline uint32_t field_add(uint32_t a, uint32_t b) { uint32_t sum = a + b; return sum >= FIELD_ORDER ? sum - FIELD_ORDER : sum; }
static inline uint32_t field_sub(uint32_t a, uint32_t b) { return a >= b ? a - b : a + (FIELD_ORDER - b); }
static inline uint32_t field_mul(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a * b % FIELD_ORDER); }
