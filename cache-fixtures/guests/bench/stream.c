/* Passes over 1, 4, 16 and 64 MB in order of the addresses, each word changed once. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 40;

enum { WORDS = 1 << 24 };
static uint32_t words[WORDS];

static void pass(uint32_t count, uint32_t by) {
    for (uint32_t i = 0; i < count; i++) words[i] += i ^ by;
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        const uint32_t count = WORDS >> 6 << 2 * (round & 3);
        pass(count, checksum + round);
        checksum = checksum * 33 + words[count - 1 - round];
    }
    return checksum;
}
