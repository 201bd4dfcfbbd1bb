// An operation on elements of Fp2. From the including file: OPERATION.
#include "timing.h"

int OPERATION(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2);

static uint8_t left[96] = {3, 1, 4, 1, 5, 9, 2, 6, [32] = 5, 3, 5, 8, [48] = 9, 7, 9}, right[96] = {2, 7, 1, 8, 2, 8, [32] = 1, 8, 2, 8, [48] = 4, 5, 9};

void ours(long calls) {
  while (calls-- > 0) OPERATION(left, left, right);
}
