/* How often each message is said has to come to 0 modulo p. A sum over all messages of count × hash, with a hash of two elements that is drawn at random, comes to 0 then;
 * where some count is left, it does so by chance alone:
 *
 * 1. A message of fields m[0], m[1], … (the bus is one) has the fingerprint (x, y, z), each start + Σ key[i] × m[i] modulo 2^64, with keys of 32 random bits. For two messages that
 *    differ in field i the values key[i] × (m[i] − m'[i]), below 2^64 in amount, are different for all keys, so x is the same for both with a chance of 2^-32 at most, and
 *    all three with 2^-96. One that does not cancel is taken for one of 2^34 others with a chance of 2^-62.
 * 2. What is mixed from a fingerprint stands for a function that is drawn at random; it gives two words of 32 bits, which are an element each with a chance of 3 × 2^-32 at
 *    most. Given all others, the sum is 0 for one value of either: 2^-60.8 for both.
 *
 * So a segment whose messages do not cancel passes with a chance below 2^-60. Keys come from the system's random source, behind the tables they are used on. */
#include <stdlib.h>
#include "block.h"
#include "lanes.h"

int block_create(struct check_block *b)
{
  uint64_t columns = (uint64_t)check_widest * STRIDE, t = (uint64_t)check_most_t * LANES;
  b->columns = calloc(columns + t + 1, sizeof *b->columns);
  if (b->columns == 0) return 0;
  b->t = b->columns + columns;
  return 1;
}

void block_destroy(struct check_block *b) { free(b->columns); }

uint32_t block_load(struct check_block *b, const struct check_air *air, const struct check_table *table, uint32_t from)
{
  const uint32_t *cells = table->cells;
  const uint64_t width = air->width;
  const uint32_t height = table->height, rows = height < LANES ? height : LANES;
  const uint32_t *here = cells + from * width, *next = cells + (from + rows == height ? 0 : from + rows) * width;
  uint32_t wrong = 0;
  for (uint32_t column = 0; column < width; column++) {
    uint32_t *to = b->columns + column * STRIDE;
    const uint32_t *at = here + column;
    if (rows == LANES) for (uint32_t row = 0; row < LANES; row++) to[row] = at[row * width];
    else for (uint32_t row = 0; row < rows; row++) to[row] = at[row * width];
    to[rows] = next[column];
    for (uint32_t row = 0; row < rows; row++) wrong += to[row] >= FIELD_ORDER;
  }
  b->air = air;
  b->from = from;
  b->rows = rows;
  int is_last = from + rows == height;
  for (uint32_t row = 0; row < LANES; row++) {
    b->where.of[EVERY][row] = b->where.of[TRANS][row] = 1;
    b->where.of[FIRST][row] = b->where.of[LAST][row] = 0;
  }
  if (from == 0) b->where.of[FIRST][0] = 1;
  if (is_last) b->where.of[LAST][rows - 1] = 1, b->where.of[TRANS][rows - 1] = 0;
  return wrong;
}

static inline const uint32_t *found(const struct check_block *b, struct check_field field)
{
  switch (field.in) {
    case IN_COLUMN: return b->columns + field.at * STRIDE;
    case IN_NEXT_ROW: return b->columns + field.at * STRIDE + 1;
    default: return b->t + field.at * LANES;
  }
}

static uint32_t block_count(struct check_block *b, const struct check_message *m)
{
  uint32_t *count = b->count, said = 0;
  if (m->count.in == IS_CONSTANT) for (uint32_t row = 0; row < LANES; row++) count[row] = m->count.at;
  else {
    const uint32_t *from = found(b, m->count);
    for (uint32_t row = 0; row < LANES; row++) count[row] = from[row];
  }
  for (uint32_t row = b->rows; row < LANES; row++) count[row] = 0;
  for (uint32_t row = 0; row < LANES; row++) said += count[row] != 0;
  if (m->is_received) for (uint32_t row = 0; row < LANES; row++) count[row] = count[row] == 0 ? 0 : FIELD_ORDER - count[row];
  return said;
}

#define TIMES(a, b) ((uint64_t)(uint32_t)(a) * (uint32_t)(b))

/* (x, y, z) of all rows, four fields at a time. */
static void fingerprint(struct check_block *b, const struct check_message *m)
{
  const uint32_t *none = b->columns;
  for (uint32_t field = 0; field == 0 || field < m->fields; field += 4) {
    const uint32_t *f[4];
    for (uint32_t k = 0; k < 4; k++) f[k] = m->fields == 0 ? none : found(b, m->from[field + k]);
    wide keys[12];
    for (uint32_t k = 0; k < 12; k++) keys[k] = wide_all(m->fields == 0 ? 0 : m->keys[3 * field + k]);
    for (uint32_t at = 0; at < LANES; at += WIDE) {
      wide x = field == 0 ? wide_all(m->start[0]) : wide_load(b->x + at);
      wide y = field == 0 ? wide_all(m->start[1]) : wide_load(b->y + at);
      wide z = field == 0 ? wide_all(m->start[2]) : wide_load(b->z + at);
      for (uint32_t k = 0; k < 4; k++) {
        wide value = wide_of(f[k] + at);
        x = wide_add(x, wide_times(value, keys[k]));
        y = wide_add(y, wide_times(value, keys[4 + k]));
        z = wide_add(z, wide_times(value, keys[8 + k]));
      }
      wide_store(b->x + at, x);
      wide_store(b->y + at, y);
      wide_store(b->z + at, z);
    }
  }
}

/* A permutation of (x, y, z), nonlinear in all of them; its upper halves are what is used. */
static void mix(struct check_block *b)
{
  for (uint32_t at = 0; at < LANES; at += WIDE) {
    wide x = wide_load(b->x + at), y = wide_load(b->y + at), z = wide_load(b->z + at);
    x = wide_add(x, wide_times(y, wide_high(z)));
    y = wide_add(y, wide_times(z, wide_high(x)));
    z = wide_add(z, wide_times(x, wide_high(y)));
    x = wide_add(x, wide_times(y, wide_high(z)));
    y = wide_add(y, wide_times(z, wide_high(x)));
    wide_store(b->x + at, x);
    wide_store(b->y + at, y);
  }
}

uint32_t block_say(struct check_block *b, const struct check_message *m)
{
  uint32_t said = block_count(b, m);
  if (said == 0) return 0;
  fingerprint(b, m);
  mix(b);
  return said;
}

/* Sums of lower and upper halves of the products, which fit into 64 bits. */
uint64_t block_sum(const struct check_block *b, const uint64_t *hash)
{
  wide low = wide_all(0), high = wide_all(0);
  for (uint32_t at = 0; at < LANES; at += WIDE) {
    wide product = wide_times(wide_of(b->count + at), wide_high(wide_load(hash + at)));
    low = wide_add(low, wide_low(product));
    high = wide_add(high, wide_high(product));
  }
  uint64_t lows[WIDE], highs[WIDE], all = 0, above = 0;
  wide_store(lows, low);
  wide_store(highs, high);
  for (uint32_t k = 0; k < WIDE; k++) {
    all += lows[k];
    above += highs[k];
  }
  return (all + above % FIELD_ORDER * ((1ull << 32) % FIELD_ORDER)) % FIELD_ORDER;
}

void messages_prepare(const struct check_keys *keys, struct check_message *messages, struct check_field *fields, uint32_t *field_keys)
{
  for (uint32_t k = 0; k < check_air_count; k++) {
    const struct check_air *air = &check_airs[k];
    for (uint32_t s = 0; s < air->said_count; s++, messages++) {
      const struct check_said *said = &air->said[s];
      const struct check_field *from = air->fields + said->first;
      *messages = (struct check_message){ .bus = said->bus, .is_received = said->is_received, .count = from[0], .from = fields, .keys = field_keys };
      for (uint32_t which = 0; which < 3; which++) messages->start[which] = keys->start[which] + TIMES(said->bus, keys->of[which][0]);
      uint32_t n = 0;
      for (uint32_t f = 1; f <= said->fields; f++)
        if (from[f].in == IS_CONSTANT) for (uint32_t which = 0; which < 3; which++) messages->start[which] += TIMES(from[f].at, keys->of[which][f]);
        else {
          fields[n] = from[f];
          for (uint32_t which = 0; which < 3; which++) field_keys[12 * (n / 4) + 4 * which + n % 4] = keys->of[which][f];
          n++;
        }
      /* To a multiple of four: any field, times 0. */
      for (; n % 4 != 0; n++) {
        fields[n] = fields[0];
        for (uint32_t which = 0; which < 3; which++) field_keys[12 * (n / 4) + 4 * which + n % 4] = 0;
      }
      messages->fields = n;
      fields += n;
      field_keys += 3 * n;
    }
  }
}
