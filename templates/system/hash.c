/* The machine's hash, and rows of its table. */
#include "machine.h"
#include "hash.h"
#include "poseidon2.h"

/* The numbers in lanes, as they are. */
typedef uint32_t numbers[LANES];

static void take_inputs(lanes *s, uint32_t count, const uint32_t *const *left, const uint32_t *const *right)
{
  numbers *in = (numbers *)s;
  for (uint32_t k = 0; k < LANES; k++) {
    const uint32_t *l = left[k < count ? k : 0], *r = right[k < count ? k : 0];
    for (int i = 0; i < HASH_WORDS; i++) {
      in[i][k] = l[i];
      in[HASH_WORDS + i][k] = r[i];
    }
  }
  for (int i = 0; i < WORDS; i++) s[i] = lanes_mul(s[i], lanes_of(TWO_TO_64));
}

static const numbers *canonical(lanes *s, int count)
{
  for (int i = 0; i < count; i++) s[i] = lanes_mul(s[i], lanes_of(1));
  return (const numbers *)s;
}

void hash_now(struct hashing *h)
{
  lanes s[WORDS];
  if (h->count == 0) return;
  take_inputs(s, h->count, h->left, h->right);
  permute(s, 0);
  const numbers *out = canonical(s, HASH_WORDS);
  for (uint32_t k = 0; k < h->count; k++)
    for (int i = 0; i < HASH_WORDS; i++) h->out[k][i] = out[i][k];
  h->count = 0;
}

void hash_rows(uint32_t count, const uint32_t *const *left, const uint32_t *const *right, const uint32_t *counts, uint32_t *const *rows)
{
  lanes s[WORDS], steps[STEPS];
  take_inputs(s, count, left, right);
  permute(s, steps);
  const numbers *out = canonical(steps, STEPS);
  for (uint32_t k = 0; k < count; k++) {
    uint32_t *row = rows[k];
    row[HASH_MARK] = 1;
    row[HASH_COUNT] = counts[k];
    for (int i = 0; i < HASH_WORDS; i++) {
      row[HASH_INPUTS[i]] = left[k][i];
      row[HASH_INPUTS[HASH_WORDS + i]] = right[k][i];
    }
    for (int i = 0; i < STEPS; i++) row[HASH_STEPS[i]] = out[i][k];
  }
}

/* Rows of inputs of 16 words each. */
__attribute__((visibility("default"))) void rvr_hash_rows(const uint32_t *inputs, const uint32_t *counts, uint64_t count, uint32_t *rows)
{
  for (uint64_t from = 0; from < count; from += LANES) {
    uint32_t many = count - from < LANES ? (uint32_t)(count - from) : LANES;
    const uint32_t *left[LANES], *right[LANES];
    uint32_t *to[LANES];
    for (uint32_t k = 0; k < many; k++) {
      left[k] = inputs + (from + k) * WORDS;
      right[k] = left[k] + HASH_WORDS;
      to[k] = rows + (from + k) * HASH_WIDTH;
    }
    hash_rows(many, left, right, counts + from, to);
  }
}
