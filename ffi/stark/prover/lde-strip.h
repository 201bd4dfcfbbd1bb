/* The transforms of lde-kernels.h, for the lanes that whoever includes this has chosen; KERNELS is what they are named. */
#include "lanes.h"
#include "lde-kernels.h"

/* What fits into the first cache beside factors. */
enum { NEAR_WORDS = 4096 };

struct factor { lanes w, q; };
LANE struct factor factor_of(const struct lde_factors *f, uint64_t at) { return (struct factor){ lanes_all(f->w[at]), lanes_all(f->q[at]) }; }
LANE lanes times(lanes a, struct factor f) { return lanes_times(a, f.w, f.q); }

/* Half as many rows as a small block has. */
LANE void bring(struct lde_ahead *ahead, uint32_t log)
{
  if (log > 4) return;
  for (uint64_t rows = UINT64_C(1) << (log - 1); rows > 0 && ahead->left > 0; rows--, ahead->left--, ahead->at += ahead->pitch) {
    __builtin_prefetch(ahead->at, 0, 2);
    __builtin_prefetch(ahead->at + 64, 0, 2);
  }
}

/* One level: rows that are `half` rows apart. */
LANE void interpolate_two(uint32_t *strip, uint32_t words, uint64_t half, const struct lde_factors *factors)
{
  for (uint64_t j = 0; j < half; j++) {
    const struct factor f = factor_of(factors, half + j);
    uint32_t *a = strip + j * words, *b = a + half * words;
    for (uint32_t c = 0; c < words; c += LANES) {
      const lanes x = lanes_load(a + c), y = lanes_load(b + c);
      lanes_store(a + c, lanes_add(x, y));
      lanes_store(b + c, times(lanes_less(x, y), f));
    }
  }
}

/* Two levels: the block's quarters. */
LANE void interpolate_four(uint32_t *strip, uint32_t words, uint64_t quarter, const struct lde_factors *factors)
{
  const uint64_t step = quarter * words;
  for (uint64_t j = 0; j < quarter; j++) {
    const struct factor f = factor_of(factors, 2 * quarter + j), g = factor_of(factors, 3 * quarter + j), h = factor_of(factors, quarter + j);
    uint32_t *at = strip + j * words;
    for (uint32_t c = 0; c < words; c += LANES, at += LANES) {
      const lanes x0 = lanes_load(at), x1 = lanes_load(at + step), x2 = lanes_load(at + 2 * step), x3 = lanes_load(at + 3 * step);
      const lanes s0 = lanes_add(x0, x2), s1 = lanes_add(x1, x3);
      const lanes d0 = times(lanes_less(x0, x2), f), d1 = times(lanes_less(x1, x3), g);
      lanes_store(at, lanes_add(s0, s1));
      lanes_store(at + step, times(lanes_less(s0, s1), h));
      lanes_store(at + 2 * step, lanes_add(d0, d1));
      lanes_store(at + 3 * step, times(lanes_less(d0, d1), h));
    }
  }
}

/* Level by level where the strip is near enough, else two levels and then quarter by quarter. */
LANE void interpolate_near(uint32_t *strip, uint32_t words, uint32_t log, const struct lde_factors *factors, struct lde_ahead *ahead)
{
  const uint64_t all = (uint64_t)words << log;
  for (; log >= 2; log -= 2)
    for (uint64_t at = 0; at < all; at += (uint64_t)words << log) {
      bring(ahead, log);
      interpolate_four(strip + at, words, UINT64_C(1) << (log - 2), factors);
    }
  if (log == 1)
    for (uint64_t at = 0; at < all; at += 2 * words) {
      bring(ahead, log);
      interpolate_two(strip + at, words, 1, factors);
    }
}

LANE void evaluate_two(uint32_t *to, const uint32_t *from, uint32_t words, uint64_t half, const struct lde_factors *factors, uint64_t at)
{
  const struct factor f = factor_of(factors, at);
  const uint64_t step = half * words;
  for (uint64_t c = 0; c < step; c += LANES) {
    const lanes x = lanes_load(from + c), y = times(lanes_load(from + step + c), f);
    lanes_store(to + c, lanes_add(x, y));
    lanes_store(to + step + c, lanes_sub(x, y));
  }
}

LANE void evaluate_four(uint32_t *to, const uint32_t *from, uint32_t words, uint64_t quarter, const struct lde_factors *factors, uint64_t at)
{
  const struct factor f = factor_of(factors, at), g = factor_of(factors, 2 * at), h = factor_of(factors, 2 * at + 1);
  const uint64_t step = quarter * words;
  for (uint64_t c = 0; c < step; c += LANES) {
    const lanes x0 = lanes_load(from + c), x1 = lanes_load(from + step + c);
    const lanes x2 = times(lanes_load(from + 2 * step + c), f), x3 = times(lanes_load(from + 3 * step + c), f);
    const lanes s0 = lanes_add(x0, x2), d0 = lanes_sub(x0, x2);
    const lanes s1 = times(lanes_add(x1, x3), g), d1 = times(lanes_less(x1, x3), h);
    lanes_store(to + c, lanes_add(s0, s1));
    lanes_store(to + step + c, lanes_sub(s0, s1));
    lanes_store(to + 2 * step + c, lanes_add(d0, d1));
    lanes_store(to + 3 * step + c, lanes_sub(d0, d1));
  }
}

/* `at` is 2^level + block. */
LANE void evaluate_near(uint32_t *strip, uint32_t words, uint32_t log, const struct lde_factors *factors, struct lde_ahead *ahead, uint64_t at)
{
  const uint64_t all = (uint64_t)words << log;
  for (; log >= 2; log -= 2, at *= 4) {
    const uint64_t block = (uint64_t)words << log;
    uint64_t which = at;
    for (uint64_t from = 0; from < all; from += block) {
      bring(ahead, log);
      evaluate_four(strip + from, strip + from, words, UINT64_C(1) << (log - 2), factors, which++);
    }
  }
  if (log == 1)
    for (uint64_t from = 0; from < all; from += 2 * words) {
      bring(ahead, log);
      evaluate_two(strip + from, strip + from, words, 1, factors, at++);
    }
}

FOR_LANES static void interpolate(uint32_t *strip, uint32_t words, uint32_t log, const struct lde_factors *factors, struct lde_ahead *ahead)
{
  if (log < 2 || (uint64_t)words << log <= NEAR_WORDS) {
    if (words == 32) interpolate_near(strip, 32, log, factors, ahead);
    else interpolate_near(strip, words, log, factors, ahead);
    return;
  }
  if (words == 32) interpolate_four(strip, 32, UINT64_C(1) << (log - 2), factors);
  else interpolate_four(strip, words, UINT64_C(1) << (log - 2), factors);
  for (uint64_t k = 0; k < 4; k++) interpolate(strip + (k * words << (log - 2)), words, log - 2, factors, ahead);
}

FOR_LANES static void evaluate_block(uint32_t *to, const uint32_t *from, uint32_t words, uint32_t log, const struct lde_factors *factors, struct lde_ahead *ahead, uint64_t at)
{
  if (log >= 2) evaluate_four(to, from, words, UINT64_C(1) << (log - 2), factors, at);
  else if (log == 1) evaluate_two(to, from, words, 1, factors, at);
  else for (uint32_t c = 0; c < words; c++) to[c] = from[c];
  if (log <= 2) return;
  if ((uint64_t)words << log <= NEAR_WORDS) {
    for (uint64_t k = 0; k < 4; k++) evaluate_near(to + (k * words << (log - 2)), words, log - 2, factors, ahead, 4 * at + k);
    return;
  }
  for (uint64_t k = 0; k < 4; k++) {
    uint32_t *quarter = to + (k * words << (log - 2));
    evaluate_block(quarter, quarter, words, log - 2, factors, ahead, 4 * at + k);
  }
}

FOR_LANES static void evaluate(uint32_t *to, const uint32_t *from, uint32_t words, uint32_t log, const struct lde_factors *factors, struct lde_ahead *ahead)
{
  evaluate_block(to, from, words, log, factors, ahead, 1);
}

FOR_LANES static void turn(uint32_t *to, const uint32_t *from, uint32_t words, uint32_t log, const struct lde_factors *factors)
{
  for (uint64_t row = 0; row < UINT64_C(1) << log; row++) {
    const struct factor f = factor_of(factors, row);
    uint32_t *there = to + f_reverse((uint32_t)row, log) * (uint64_t)words;
    for (uint32_t c = 0; c < words; c += LANES) lanes_store(there + c, times(lanes_load(from + row * words + c), f));
  }
}

FOR_LANES static void scale(const struct lde_factors *to, const struct lde_factors *from, uint64_t at, uint64_t count, uint32_t by)
{
  const struct factor f = { lanes_all(by), lanes_all(by * F_P_INVERSE) };
  for (uint64_t end = at + count; at < end; at += LANES) {
    const lanes w = times(lanes_load(from->w + at), f);
    lanes_store(to->w + at, w);
    lanes_store(to->q + at, lanes_low(w, lanes_all(F_P_INVERSE)));
  }
}

const struct lde_kernels KERNELS = { LANES, interpolate, evaluate, turn, scale };
