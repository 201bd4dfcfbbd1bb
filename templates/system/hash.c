/* The machine's hash, and rows of its table. */
#include "machine.h"
#include "hash.h"
#include "poseidon2.h"

static void take_inputs(lanes *s, uint32_t count, const uint32_t *const *left, const uint32_t *const *right)
{
  for (uint32_t k = 0; k < LANES; k++) {
    const uint32_t *l = left[k < count ? k : 0], *r = right[k < count ? k : 0];
    for (int i = 0; i < HASH_WORDS; i++) {
      s[i][k] = l[i];
      s[HASH_WORDS + i][k] = r[i];
    }
  }
  for (int i = 0; i < WORDS; i++) EACH_LANE s[i][k] = lane_mul(s[i][k], TWO_TO_64);
}

void hash_now(struct hashing *h)
{
  lanes s[WORDS];
  if (h->count == 0) return;
  take_inputs(s, h->count, h->left, h->right);
  permute(s, 0);
  for (int i = 0; i < HASH_WORDS; i++) EACH_LANE s[i][k] = lane_mul(s[i][k], 1);
  for (uint32_t k = 0; k < h->count; k++)
    for (int i = 0; i < HASH_WORDS; i++) h->out[k][i] = s[i][k];
  h->count = 0;
}

void hash_rows(uint32_t count, const uint32_t *const *left, const uint32_t *const *right, const uint32_t *counts, uint32_t *const *rows)
{
  lanes s[WORDS], steps[STEPS];
  take_inputs(s, count, left, right);
  permute(s, steps);
  for (int i = 0; i < STEPS; i++) EACH_LANE steps[i][k] = lane_mul(steps[i][k], 1);
  for (uint32_t k = 0; k < count; k++) {
    uint32_t *row = rows[k];
    row[HASH_MARK] = 1;
    row[HASH_COUNT] = counts[k];
    for (int i = 0; i < HASH_WORDS; i++) {
      row[HASH_INPUTS[i]] = left[k][i];
      row[HASH_INPUTS[HASH_WORDS + i]] = right[k][i];
    }
    for (int i = 0; i < STEPS; i++) row[HASH_STEPS[i]] = steps[i][k];
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
