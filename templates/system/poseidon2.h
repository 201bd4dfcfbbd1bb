/* Poseidon2 over 16 elements of BabyBear, for LANES inputs at once. Numbers are what machine.h has from the AIR; inside, x stands as x * 2^32. */
#include <stdint.h>

enum { LANES = 8, WORDS = 16, OUTER_ROUNDS = 8, INNER_ROUNDS = 13, STEPS = 2 * WORDS * OUTER_ROUNDS + 2 * INNER_ROUNDS };
#define ORDER 2013265921u
/* 1 / ORDER and 2^64 % ORDER, modulo 2^32 and ORDER. */
#define ORDER_INVERSE 0x88000001u
#define TWO_TO_64 1172168163u

typedef uint32_t lanes[LANES];

static inline uint32_t lane_add(uint32_t a, uint32_t b)
{
  uint32_t sum = a + b, less = sum - ORDER;
  return less < sum ? less : sum;
}
static inline uint32_t lane_high(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a * b >> 32); }
/* a * b / 2^32 */
static inline uint32_t lane_mul(uint32_t a, uint32_t b)
{
  uint32_t q = a * b * ORDER_INVERSE, rest = lane_high(a, b) - lane_high(q, ORDER), more = rest + ORDER;
  return more < rest ? more : rest;
}

#define EACH_LANE for (int k = 0; k < LANES; k++)
#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void mix(lanes *s)
{
  lanes sum[4];
  for (int g = 0; g < WORDS; g += 4)
    EACH_LANE {
      uint32_t a = s[g][k], b = s[g + 1][k], c = s[g + 2][k], d = s[g + 3][k];
      uint32_t ab = lane_add(a, b), cd = lane_add(c, d), all = lane_add(ab, cd);
      uint32_t all_b = lane_add(all, b), all_d = lane_add(all, d);
      s[g][k] = lane_add(all_b, ab);
      s[g + 1][k] = lane_add(all_b, lane_add(c, c));
      s[g + 2][k] = lane_add(all_d, cd);
      s[g + 3][k] = lane_add(all_d, lane_add(a, a));
    }
  for (int i = 0; i < 4; i++) EACH_LANE sum[i][k] = lane_add(lane_add(s[i][k], s[i + 4][k]), lane_add(s[i + 8][k], s[i + 12][k]));
  for (int i = 0; i < WORDS; i++) EACH_LANE s[i][k] = lane_add(s[i][k], sum[i & 3][k]);
}

/* What the rounds come to, where a row is wanted: for each word its cube and what it is at the end. */
ALWAYS void outer_round(lanes *s, const uint32_t *constants, lanes *steps)
{
  for (int i = 0; i < WORDS; i++)
    EACH_LANE {
      uint32_t x = lane_add(s[i][k], constants[i]), cube = lane_mul(lane_mul(x, x), x);
      if (steps) steps[i][k] = cube;
      s[i][k] = lane_mul(lane_mul(cube, cube), x);
    }
  mix(s);
  if (steps) for (int i = 0; i < WORDS; i++) EACH_LANE steps[WORDS + i][k] = s[i][k];
}

ALWAYS void inner_round(lanes *s, uint32_t constant, lanes *steps)
{
  lanes sum;
  EACH_LANE {
    uint32_t x = lane_add(s[0][k], constant), cube = lane_mul(lane_mul(x, x), x);
    if (steps) steps[0][k] = cube;
    sum[k] = s[0][k] = lane_mul(lane_mul(cube, cube), x);
    if (steps) steps[1][k] = s[0][k];
  }
  for (int i = 1; i < WORDS; i++) EACH_LANE sum[k] = lane_add(sum[k], s[i][k]);
  for (int i = 0; i < WORDS; i++) EACH_LANE s[i][k] = lane_add(sum[k], lane_mul(s[i][k], INNER_FACTORS[i]));
}

/* `steps` has room for STEPS, or is absent. */
ALWAYS void permute(lanes *s, lanes *steps)
{
  mix(s);
  for (int r = 0; r < OUTER_ROUNDS / 2; r++) outer_round(s, OUTER_CONSTANTS[r], steps ? steps + 2 * WORDS * r : 0);
  for (int r = 0; r < INNER_ROUNDS; r++) inner_round(s, INNER_CONSTANTS[r], steps ? steps + WORDS * OUTER_ROUNDS + 2 * r : 0);
  if (steps) steps += 2 * INNER_ROUNDS;
  for (int r = OUTER_ROUNDS / 2; r < OUTER_ROUNDS; r++) outer_round(s, OUTER_CONSTANTS[r], steps ? steps + 2 * WORDS * r : 0);
}
