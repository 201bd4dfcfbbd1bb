/*
 * Transforms of a strip: 2^log rows of `words` words each without gaps, small enough for the caches.
 * A table of factors has, from place 2^j on, the 2^j factors of the level that 2^j are for.
 */
#ifndef RVR_STARK_LDE_KERNELS_H
#define RVR_STARK_LDE_KERNELS_H

#include <stdint.h>

/* The widest lanes of all kernels: strips are as many words wide, or a multiple; factors have as much room behind them. */
enum { LDE_WORDS = 8 };

/* Each w * 2^32 mod p; and that times 1 / p modulo 2^32. */
struct lde_factors { uint32_t *w, *q; };

/* `left` rows that will be wanted soon, 128 bytes of each: they are brought nearer while a strip is worked on. */
struct lde_ahead {
  const uint8_t *at;
  uint64_t pitch, left;
};

struct lde_kernels {
  uint32_t lanes;
  /* Values become coefficients: from natural to bit-reversed order. Factors from 2^j on are for pairs that are 2^j rows apart. */
  void (*interpolate)(uint32_t *strip, uint32_t words, uint32_t log, const struct lde_factors *factors,
                      struct lde_ahead *ahead);
  /* Coefficients become values: from natural to bit-reversed order. Factors from 2^j on are for 2^j blocks, one for each. */
  void (*evaluate)(uint32_t *to, const uint32_t *from, uint32_t words, uint32_t log, const struct lde_factors *factors,
                   struct lde_ahead *ahead);
  /* Row i, times factor i, becomes row rev(i). */
  void (*turn)(uint32_t *to, const uint32_t *from, uint32_t words, uint32_t log, const struct lde_factors *factors);
  /* to = from times `by`, which is in Montgomery form, from place `at` on; what is behind `count` factors may be overwritten. */
  void (*scale)(const struct lde_factors *to, const struct lde_factors *from, uint64_t at, uint64_t count, uint32_t by);
};

extern const struct lde_kernels lde_portable, lde_avx2;

#endif
