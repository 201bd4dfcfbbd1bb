/* Polynomials of AIRs on a block of rows, step by step. Each step goes over all rows, so that finding out what it does is little beside doing it, and no AIR has to be compiled. */
#include "block.h"
#include "lanes.h"

#define EACH _Pragma("GCC unroll 8") for (uint32_t at = 0; at < LANES; at += WIDTH)
#define A lanes_load(words + a + at)
#define B lanes_load(words + b + at)
#define MAKE(value) do { EACH lanes_store(words + to + at, value); goto next; } while (0)
#define COUNT(test) do { EACH lanes_store(broken + at, lanes_count(lanes_load(broken + at), lanes_and(test, lanes_load(here + at)))); goto next; } while (0)

void block_evaluate(struct check_block *block)
{
  uint32_t *const words = block->columns, *const broken = block->broken;
  const uint32_t *const publics = block->publics + block->air->publics;
  const struct check_step *step = block->air->steps;
  EACH lanes_store(broken + at, lanes_all(0));
  for (;; step++) {
    const uint32_t to = step->to, a = step->a, b = step->b, *const here = block->where.of[to % PLACES];
    const lanes constant = lanes_all(b);
    switch (step->op) {
      case CONSTANT: MAKE(lanes_all(a));
      case PUBLIC: MAKE(lanes_all(publics[a]));
      case SUM: MAKE(lanes_add(A, B));
      case DIFFERENCE: MAKE(lanes_sub(A, B));
      case PRODUCT: MAKE(lanes_mul(A, B));
      case SUM_WITH: MAKE(lanes_add(A, constant));
      case DIFFERENCE_WITH: MAKE(lanes_sub(A, constant));
      case PRODUCT_WITH: MAKE(lanes_mul(A, constant));
      case DIFFERENCE_FROM: MAKE(lanes_sub(constant, A));
      case TEST: COUNT(lanes_is_some(A));
      case TEST_PRODUCT: COUNT(lanes_and(lanes_is_some(A), lanes_is_some(B)));
      default: return;
    }
  next:;
  }
}
