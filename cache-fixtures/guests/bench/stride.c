/* Columns of matrices of 1, 4, 16 and 64 MB that lie by rows: each step goes over many others' memory. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 16;

enum { WORDS = 1 << 24 };
static uint32_t words[WORDS];

static uint32_t pass(uint32_t side, uint32_t by) {
    uint32_t sum = by;
    for (uint32_t column = 0; column < side; column += 3) {
        for (uint32_t row = 0; row < side; row++) {
            sum += words[row * side + column];
            words[row * side + column] = sum;
        }
    }
    return sum;
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 1;
    for (unsigned round = 0; round < scale; round++) {
        checksum = checksum * 33 + pass(512u << (round & 3), checksum + round);
    }
    return checksum;
}
