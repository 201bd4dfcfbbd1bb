/* Words at random places of 1, 4, 16 and 64 MB. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 512;

enum { WORDS = 1 << 24, STEPS = 1 << 16 };
static uint32_t words[WORDS];

unsigned kernel(unsigned scale) {
    uint32_t random = 2463534242u, sum = 0;
    for (unsigned round = 0; round < scale; round++) {
        const uint32_t last = (WORDS >> 6 << 2 * (round & 3)) - 1;
        for (uint32_t step = 0; step < STEPS; step++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            words[random & last] += step;
        }
        sum = sum * 33 + words[random & last];
    }
    return sum;
}
