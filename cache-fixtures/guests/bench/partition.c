/* Quicksort of 32-bit keys, 4 KB to 16 MB of them. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 6;

enum { MOST = 1 << 22 };
static uint32_t keys[MOST];

static void sort(uint32_t *from, uint32_t *to) {
    while (to - from > 12) {
        const uint32_t pivot = from[(to - from) / 2];
        uint32_t *low = from, *high = to - 1;
        for (;;) {
            while (*low < pivot) low++;
            while (*high > pivot) high--;
            if (low >= high) break;
            const uint32_t held = *low;
            *low++ = *high;
            *high-- = held;
        }
        uint32_t *const middle = high + 1;
        if (middle - from < to - middle) {
            sort(from, middle);
            from = middle;
        } else {
            sort(middle, to);
            to = middle;
        }
    }
    for (uint32_t *next = from + 1; next < to; next++) {
        const uint32_t key = *next;
        uint32_t *at = next;
        for (; at > from && at[-1] > key; at--) *at = at[-1];
        *at = key;
    }
}

unsigned kernel(unsigned scale) {
    uint32_t random = 88172645u, checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        const uint32_t count = MOST >> 2 * ((round + 5) % 6);
        for (uint32_t i = 0; i < count; i++) keys[i] = random = random * 1664525u + 1013904223u;
        sort(keys, keys + count);
        for (uint32_t i = 0; i < count; i += 97) checksum = checksum * 33 + keys[i];
    }
    return checksum;
}
