/*
 * Low-degree extension of matrices, row by row in memory, which is gone through three times whatever the height.
 *
 * n = 2^(a + b) rows r = 2^b * r1 + r2 become coefficients m = m1 + 2^a * m2, and these values q = q1 + 2^b * q2 on each coset.
 * 1. For each r2: the rows with it, transformed over r1, so that m1 takes its place.
 * 2. For each m1: the rest of the way to coefficients, over r2; then for each coset the first half of the way back, over m2.
 * 3. For each coset and q1: the rest, over m1. In bit-reversed order these are rows side by side.
 * Rows are taken from the matrix in strips of a few columns, which fit into caches, and factors of a step have those between
 * the steps in them: no element is multiplied for these. Low matrices need step 2 alone (a = 0).
 */
#include "lde.h"
#include <stdlib.h>
#include <string.h>
#include "../field.h"
#include "cpu.h"
#include "lde-kernels.h"

enum { STRIP_WORDS = 32, LOW = 10, ALIGNMENT = 64, LINE_WORDS = ALIGNMENT / 4 };

/* What each thread has of its own. */
struct scratch {
  uint32_t *strip, *other;
  struct lde_factors factors;
};

struct lde {
  const struct lde_kernels *kernels;
  uint32_t *rows;
  uint64_t stride;
  uint32_t width, cleared; /* columns behind `width` that become 0 */
  uint32_t threads, log_n, blowup, a, b, strips;
  uint32_t shift; /* g by the shift of the values on entry */
  struct lde_factors back, forth, powers, cosets[1 << 3];
  struct scratch *scratch;
};

/* Columns from .. from + words - 1, in a buffer with `room` words a row. Of the matrix `copied` words are. */
struct strip { uint32_t from, words, room, copied, cleared; };

static struct strip strip_of(const struct lde *l, uint64_t piece)
{
  const uint32_t from = (uint32_t)(piece % l->strips) * STRIP_WORDS, rest = l->width - from;
  const uint32_t words = rest < STRIP_WORDS ? rest : STRIP_WORDS, lanes = l->kernels->lanes;
  const uint32_t room = (words + lanes - 1) / lanes * lanes;
  /* What is behind a row's columns is its own to clear, so all of the room is; and what is 0 stays 0. */
  const uint32_t copied = room - words <= l->cleared ? room : words;
  const uint32_t cleared = rest > STRIP_WORDS || l->cleared == 0 ? 0 : l->width + l->cleared - from - copied;
  return (struct strip){ from, words, room, copied, cleared };
}

/* Copies the words of a strip's row; of the widest ones as few instructions do. */
static void copy(uint32_t *to, const uint32_t *from, uint32_t words)
{
  if (words == STRIP_WORDS) memcpy(to, from, 4 * STRIP_WORDS);
  else memcpy(to, from, 4 * words);
}

/* Rows first, first + step, ... of the matrix into the buffer; 0 behind the columns. */
static void take(const struct lde *l, struct strip s, uint32_t *to, uint64_t first, uint64_t step, uint32_t log)
{
  const uint32_t *from = l->rows + first * l->stride + s.from;
  const uint64_t pitch = step * l->stride;
  for (uint64_t row = 0; row < UINT64_C(1) << log; row++, from += pitch, to += s.room) {
    copy(to, from, s.copied);
    for (uint32_t c = s.words; c < s.room; c++) to[c] = 0;
  }
}

/* Back; in bit-reversed order where `turned`. */
static void put(const struct lde *l, struct strip s, const uint32_t *from, uint64_t first, uint64_t step, uint32_t log, int turned)
{
  uint32_t *rows = l->rows + first * l->stride + s.from;
  const uint64_t pitch = step * l->stride;
  for (uint64_t row = 0; row < UINT64_C(1) << log; row++, from += s.room) {
    uint32_t *to = rows + (turned ? f_reverse((uint32_t)row, log) : row) * pitch;
    copy(to, from, s.copied);
    if (s.cleared > 0) memset(to + s.copied, 0, 4 * s.cleared);
  }
}

/* The rows that `take` or `put` will want, if they will. */
static struct lde_ahead ahead_of(const struct lde *l, struct strip s, uint64_t first, uint64_t step, uint32_t log, int wanted)
{
  const uint8_t *at = (const uint8_t *)(l->rows + first * l->stride + s.from);
  return (struct lde_ahead){ at, 4 * step * l->stride, wanted ? UINT64_C(1) << log : 0 };
}

/* Factors of level j times by ^ (2 ^ (levels - 1 - j)). */
static void scale_levels(const struct lde *l, const struct lde_factors *to, const struct lde_factors *from, uint32_t levels, uint32_t by)
{
  uint32_t all[32];
  for (uint32_t level = levels; level > 0; level--, by = f_mul(by, by)) all[level - 1] = f_mont(by);
  for (uint32_t level = 0; level < levels; level++)
    l->kernels->scale(to, from, UINT64_C(1) << level, UINT64_C(1) << level, all[level]);
}

static uint64_t last_block(const struct lde *l) { return ((UINT64_C(1) << l->blowup) - 1) << l->log_n; }

static void first_step(void *of, uint64_t piece, uint32_t thread)
{
  const struct lde *l = (const struct lde *)of;
  const struct scratch *mine = &l->scratch[thread];
  const struct strip s = strip_of(l, piece);
  const uint64_t r2 = piece / l->strips, step = UINT64_C(1) << l->b, next = piece + l->threads;
  struct lde_ahead ahead = ahead_of(l, strip_of(l, next), next / l->strips, step, l->a, next < l->strips * step);
  scale_levels(l, &mine->factors, &l->back, l->a, f_pow(f_inv(f_root(l->log_n)), r2));
  take(l, s, mine->strip, r2, step, l->a);
  l->kernels->interpolate(mine->strip, s.room, l->a, &mine->factors, &ahead);
  put(l, s, mine->strip, last_block(l) + (r2 << l->a), 1, l->a, 1);
}

static void second_step(void *of, uint64_t piece, uint32_t thread)
{
  const struct lde *l = (const struct lde *)of;
  const struct scratch *mine = &l->scratch[thread];
  const struct strip s = strip_of(l, piece);
  const uint64_t m1 = piece / l->strips, step = UINT64_C(1) << l->a, next = piece + l->threads;
  const uint64_t source = l->a > 0 ? last_block(l) : 0, cosets = UINT64_C(1) << l->blowup;
  /* Rows of the last coset are those that were taken. */
  struct lde_ahead ahead = ahead_of(l, s, m1, step, l->b, 1);
  take(l, s, mine->strip, source + m1, step, l->b);
  l->kernels->interpolate(mine->strip, s.room, l->b, &l->back, &ahead);
  l->kernels->scale(&mine->factors, &l->powers, 0, UINT64_C(1) << l->b, f_mont(f_pow(l->shift, m1)));
  l->kernels->turn(mine->other, mine->strip, s.room, l->b, &mine->factors);
  for (uint64_t coset = 0; coset < cosets; coset++) {
    ahead = coset + 2 < cosets
      ? ahead_of(l, s, ((coset + 1) << l->log_n) + m1, step, l->b, 1)
      : ahead_of(l, strip_of(l, next), source + next / l->strips, step, l->b, coset + 2 == cosets && next < l->strips * step);
    l->kernels->evaluate(mine->strip, mine->other, s.room, l->b, &l->cosets[coset], &ahead);
    put(l, s, mine->strip, (coset << l->log_n) + m1, step, l->b, 0);
  }
}

static void third_step(void *of, uint64_t piece, uint32_t thread)
{
  const struct lde *l = (const struct lde *)of;
  const struct scratch *mine = &l->scratch[thread];
  const struct strip s = strip_of(l, piece);
  const uint32_t above = l->blowup + l->b;
  const uint64_t block = piece / l->strips, next = piece + l->threads;
  struct lde_ahead ahead = ahead_of(l, strip_of(l, next), next / l->strips << l->a, 1, l->a, next < (uint64_t)l->strips << above);
  scale_levels(l, &mine->factors, &l->forth, l->a, f_pow(f_root(above + l->a), f_reverse((uint32_t)block, above)));
  take(l, s, mine->strip, block << l->a, 1, l->a);
  l->kernels->evaluate(mine->strip, mine->strip, s.room, l->a, &mine->factors, &ahead);
  put(l, s, mine->strip, block << l->a, 1, l->a, 0);
}

static void set_factor(const struct lde_factors *f, uint64_t at, uint32_t value)
{
  f->w[at] = f_mont(value);
  f->q[at] = f->w[at] * F_P_INVERSE;
}

static void make_factors(const struct lde *l)
{
  const uint32_t levels = l->a > l->b ? l->a : l->b;
  for (uint32_t level = 0; level < levels; level++) {
    const uint64_t count = UINT64_C(1) << level;
    const uint32_t root = f_root(level + 1), inverse = f_inv(root);
    uint32_t forth = 1, back = 1;
    for (uint64_t k = 0; k < count; k++, forth = f_mul(forth, root), back = f_mul(back, inverse)) {
      set_factor(&l->back, count + k, back);
      set_factor(&l->forth, count + f_reverse((uint32_t)k, level), forth);
    }
  }
  for (uint32_t coset = 0; l->b > 0 && coset < 1u << l->blowup; coset++)
    scale_levels(l, &l->cosets[coset], &l->forth, l->b, f_pow(f_root(l->blowup + l->b), f_reverse(coset, l->blowup)));
  const uint32_t step = f_pow(l->shift, UINT64_C(1) << l->a);
  uint32_t power = f_inv(UINT32_C(1) << l->log_n);
  for (uint64_t m2 = 0; m2 < UINT64_C(1) << l->b; m2++, power = f_mul(power, step))
    set_factor(&l->powers, f_reverse((uint32_t)m2, l->b), power);
}

/* The next `words` words of a block of memory that is being shared out. */
static uint32_t *words_of(uint32_t **next, uint64_t words)
{
  uint32_t *at = *next;
  *next += (words + LINE_WORDS - 1) / LINE_WORDS * LINE_WORDS;
  return at;
}

static struct lde_factors factors_of(uint32_t **next, uint64_t count)
{
  uint32_t *w = words_of(next, count + LDE_WORDS);
  return (struct lde_factors){ w, words_of(next, count + LDE_WORDS) };
}

/* Shares out memory for `threads`; returns where it ends. */
static uint32_t *share(struct lde *l, uint32_t threads, uint32_t *next)
{
  const uint64_t longest = UINT64_C(1) << (l->a > l->b ? l->a : l->b);
  l->back = factors_of(&next, longest);
  l->forth = factors_of(&next, longest);
  l->powers = factors_of(&next, longest);
  for (uint32_t coset = 0; coset < 1u << l->blowup; coset++) l->cosets[coset] = factors_of(&next, longest);
  for (uint32_t thread = 0; thread < threads; thread++) {
    uint32_t *strip = words_of(&next, longest * STRIP_WORDS), *other = words_of(&next, longest * STRIP_WORDS);
    l->scratch[thread] = (struct scratch){ strip, other, factors_of(&next, longest) };
  }
  return next;
}

static const struct lde_kernels *kernels_for(struct stark_work *work)
{
#ifdef STARK_X64
  if (stark_cpu(work) & STARK_AVX2) return &lde_avx2;
#endif
  (void)work;
  return &lde_portable;
}

static int extend(struct stark_work *work, struct lde *l)
{
  const uint64_t lines = ((l->stride + 15) / 16) << (l->log_n + l->blowup);
  struct scratch scratch[64];
  l->scratch = scratch;
  uint32_t *memory = 0;
  const uint64_t words = (uint64_t)(share(l, work->threads, memory) - memory);
  memory = aligned_alloc(ALIGNMENT, 4 * words);
  if (memory == 0) return STARK_NO_MEMORY;
  share(l, work->threads, memory);
  make_factors(l);
  const uint64_t a = UINT64_C(1) << l->a, b = UINT64_C(1) << l->b;
  int going = l->a == 0 || stark_each(work, b * l->strips, first_step, l);
  going = going && stark_each(work, a * l->strips, second_step, l);
  stark_done(work, lines / 2);
  if (l->a > 0) going = going && stark_each(work, (b << l->blowup) * l->strips, third_step, l);
  stark_done(work, lines - lines / 2);
  free(memory);
  return going ? STARK_DONE : STARK_CANCELLED;
}

static struct lde lde_of(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n, uint32_t blowup)
{
  const uint32_t a = log_n <= LOW ? 0 : log_n / 2, strips = (width + STRIP_WORDS - 1) / STRIP_WORDS;
  return (struct lde){
    .kernels = kernels_for(work), .threads = work->threads, .rows = rows, .stride = stride, .width = width, .log_n = log_n,
    .blowup = blowup, .a = a, .b = log_n - a, .strips = strips, .shift = F_G,
  };
}

int stark_lde_shifted(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n,
                      uint32_t blowup, uint32_t from_shift)
{
  struct lde l = lde_of(work, rows, stride, width, log_n, blowup);
  l.shift = f_mul(F_G, f_inv(from_shift));
  return extend(work, &l);
}

int stark_lde(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n, uint32_t blowup)
{
  struct lde l = lde_of(work, rows, stride, width, log_n, blowup);
  l.cleared = (uint32_t)(stride - width);
  return extend(work, &l);
}
