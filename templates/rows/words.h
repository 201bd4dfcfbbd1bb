/* Words of 64 bits as rules of AIRs have them (src/air/word.ts), and what becomes of them in a column. */
#include "field.h"

static inline uint64_t word_div(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }
static inline uint64_t word_rem(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }
static inline uint64_t word_shl(uint64_t a, uint64_t b) { return b > 63 ? 0 : a << b; }
static inline uint64_t word_shr(uint64_t a, uint64_t b) { return b > 63 ? 0 : a >> b; }
static inline uint64_t word_sar(uint64_t a, uint64_t b) { return (uint64_t)((int64_t)a >> (b > 63 ? 63 : b)); }
static inline uint64_t word_slt(uint64_t a, uint64_t b) { return (int64_t)a < (int64_t)b; }
static inline uint64_t word_signed(uint64_t a, uint64_t bits) { return bits > 63 ? a : bits == 0 ? 0 : (uint64_t)((int64_t)(a << (64 - bits)) >> (64 - bits)); }
static inline uint64_t word_sdiv(uint64_t a, uint64_t b) { return b == 0 ? 0 : b == (uint64_t)-1 ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b); }
static inline uint64_t word_srem(uint64_t a, uint64_t b) { return b == 0 || b == (uint64_t)-1 ? 0 : (uint64_t)((int64_t)a % (int64_t)b); }
static inline uint64_t word_log2(uint64_t a) { return a == 0 ? 0 : 63 - __builtin_clzll(a); }

/* The canonical element of a word as a signed number. */
static inline uint32_t element(uint64_t word)
{
  if (__builtin_expect(word < FIELD_ORDER, 1)) return (uint32_t)word;
  int64_t rest = (int64_t)word % FIELD_ORDER;
  return (uint32_t)(rest < 0 ? rest + FIELD_ORDER : rest);
}

/* 1 over a field element, 0 for 0: by Euclid's algorithm. */
static inline uint64_t word_inv(uint64_t word)
{
  int64_t a = element(word), b = FIELD_ORDER, x = 1, y = 0;
  if (a == 0) return 0;
  while (a > 1) {
    int64_t q = b / a, r = b - q * a, z = y - q * x;
    b = a; a = r;
    y = x; x = z;
  }
  return (uint64_t)(x < 0 ? x + FIELD_ORDER : x);
}
