/* Low-degree extension of matrices, row by row in memory. */
#include "lde.h"
#include <string.h>
#include "../field.h"

struct lde {
  struct stark_work *work;
  uint32_t *rows;
  uint64_t stride;
  uint32_t width, log_n, blowup, shift;
};

static uint32_t *row_of(const struct lde *l, uint64_t row) { return l->rows + row * l->stride; }

/* Values on H become coefficients, in bit-reversed order and times 2^log_n. */
static void interpolate(const struct lde *l)
{
  for (uint32_t level = l->log_n; level > 0; level--) {
    const uint64_t half = UINT64_C(1) << (level - 1), n = UINT64_C(1) << l->log_n;
    const uint32_t root = f_inv(f_root(level));
    for (uint64_t from = 0; from < n; from += 2 * half) {
      uint32_t power = 1;
      for (uint64_t j = 0; j < half; j++, power = f_mul(power, root)) {
        uint32_t *a = row_of(l, from + j), *b = row_of(l, from + half + j);
        for (uint32_t c = 0; c < l->width; c++) {
          const uint32_t difference = f_sub(a[c], b[c]);
          a[c] = f_add(a[c], b[c]);
          b[c] = f_mul(difference, power);
        }
      }
    }
  }
}

static void scale(const struct lde *l)
{
  const uint64_t n = UINT64_C(1) << l->log_n;
  uint32_t power = f_inv((uint32_t)n);
  for (uint64_t m = 0; m < n; m++, power = f_mul(power, l->shift)) {
    uint32_t *row = row_of(l, f_reverse((uint32_t)m, l->log_n));
    for (uint32_t c = 0; c < l->width; c++) row[c] = f_mul(row[c], power);
  }
}

static void to_natural_order(const struct lde *l)
{
  for (uint64_t m = 0; m < UINT64_C(1) << l->log_n; m++) {
    uint32_t *a = row_of(l, m), *b = row_of(l, f_reverse((uint32_t)m, l->log_n));
    if (a >= b) continue;
    for (uint32_t c = 0; c < l->width; c++) {
      const uint32_t kept = a[c];
      a[c] = b[c];
      b[c] = kept;
    }
  }
}

/* Coefficients become values, in bit-reversed order: modulo X^2h - w^2 becomes modulo X^h - w and X^h + w. */
static void evaluate(const struct lde *l)
{
  const uint32_t log_rows = l->log_n + l->blowup;
  for (uint64_t copy = 1; copy < UINT64_C(1) << l->blowup; copy++)
    for (uint64_t m = 0; m < UINT64_C(1) << l->log_n; m++)
      memcpy(row_of(l, (copy << l->log_n) + m), row_of(l, m), 4 * l->width);
  for (uint32_t level = l->blowup; level < log_rows; level++) {
    const uint64_t half = UINT64_C(1) << (log_rows - level - 1);
    const uint32_t root = f_root(level + 1);
    for (uint64_t block = 0; block < UINT64_C(1) << level; block++) {
      const uint32_t power = f_pow(root, f_reverse((uint32_t)block, level));
      for (uint64_t j = 0; j < half; j++) {
        uint32_t *a = row_of(l, 2 * half * block + j), *b = row_of(l, 2 * half * block + half + j);
        for (uint32_t c = 0; c < l->width; c++) {
          const uint32_t high = f_mul(b[c], power);
          b[c] = f_sub(a[c], high);
          a[c] = f_add(a[c], high);
        }
      }
    }
  }
}

int stark_lde_shifted(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n,
                      uint32_t blowup, uint32_t from_shift)
{
  const struct lde l = { work, rows, stride, width, log_n, blowup, f_mul(F_G, f_inv(from_shift)) };
  interpolate(&l);
  scale(&l);
  to_natural_order(&l);
  evaluate(&l);
  stark_done(work, (stride / 16) << (log_n + blowup));
  return stark_is_stopped(work) ? STARK_CANCELLED : STARK_DONE;
}

int stark_lde(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n, uint32_t blowup)
{
  for (uint64_t row = 0; row < UINT64_C(1) << (log_n + blowup); row++)
    memset(rows + row * stride + width, 0, 4 * (stride - width));
  return stark_lde_shifted(work, rows, stride, width, log_n, blowup, 1);
}
