/* Functions that call themselves: Takeuchi's, and the sum of a tree that nobody has built. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 2000;

static int tak(int x, int y, int z) { return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)); }

/* Node n has the children 2n and 2n + 1; leaves are those from `size` on. */
static uint32_t tree(uint32_t node, uint32_t size) {
    if (node >= size) return node * 2654435761u;
    const uint32_t left = tree(2 * node, size), right = tree(2 * node + 1, size);
    return (left << 5 | left >> 27) ^ (right + node);
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        checksum = checksum * 33 + (uint32_t)tak(12 + (int)(round & 3), 7, 2);
        checksum = checksum * 33 + tree(1 + (round & 1), 1u << (12 + (round & 7)));
    }
    return checksum;
}
