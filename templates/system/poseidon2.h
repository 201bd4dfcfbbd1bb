/* Poseidon2 over 16 elements, for as many inputs as there are lanes. Its numbers are what machine.h has from the AIR. */
#include "lanes.h"

enum { WORDS = 16, OUTER_ROUNDS = 8, INNER_ROUNDS = 13, STEPS = 2 * WORDS * OUTER_ROUNDS + 2 * INNER_ROUNDS };

ALWAYS void mix(lanes *s)
{
  lanes sum[4];
  for (int g = 0; g < WORDS; g += 4) {
    lanes a = s[g], b = s[g + 1], c = s[g + 2], d = s[g + 3];
    lanes ab = lanes_add(a, b), cd = lanes_add(c, d), all = lanes_add(ab, cd);
    lanes all_b = lanes_add(all, b), all_d = lanes_add(all, d);
    s[g] = lanes_add(all_b, ab);
    s[g + 1] = lanes_add(all_b, lanes_add(c, c));
    s[g + 2] = lanes_add(all_d, cd);
    s[g + 3] = lanes_add(all_d, lanes_add(a, a));
  }
  for (int i = 0; i < 4; i++) sum[i] = lanes_add(lanes_add(s[i], s[i + 4]), lanes_add(s[i + 8], s[i + 12]));
  for (int i = 0; i < WORDS; i++) s[i] = lanes_add(s[i], sum[i & 3]);
}

/* x + constant to the power of 7, and on the way the cube, where it is wanted. */
ALWAYS lanes seventh(lanes x, uint32_t constant, lanes *cube_wanted)
{
  x = lanes_add(x, lanes_of(constant));
  lanes cube = lanes_mul(lanes_mul(x, x), x);
  if (cube_wanted) *cube_wanted = cube;
  return lanes_mul(lanes_mul(cube, cube), x);
}

/* `steps` is what a row has of the round, where one is wanted: the cubes, and what there is at the end. */
ALWAYS void outer_round(lanes *s, const uint32_t *constants, lanes *steps)
{
  for (int i = 0; i < WORDS; i++) s[i] = seventh(s[i], constants[i], steps ? steps + i : 0);
  mix(s);
  if (steps) for (int i = 0; i < WORDS; i++) steps[WORDS + i] = s[i];
}

ALWAYS void inner_round(lanes *s, uint32_t constant, lanes *steps)
{
  lanes sum = s[0] = seventh(s[0], constant, steps);
  if (steps) steps[1] = s[0];
  for (int i = 1; i < WORDS; i++) sum = lanes_add(sum, s[i]);
  for (int i = 0; i < WORDS; i++) s[i] = lanes_add(sum, lanes_mul(s[i], lanes_of(INNER_FACTORS[i])));
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
