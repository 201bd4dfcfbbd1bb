/* Calls and returns: Fibonacci, Ackermann and Takeuchi without any memory beyond the stack. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 1600;

static uint32_t fibonacci(uint32_t n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t ackermann(uint32_t m, uint32_t n) {
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

static int32_t takeuchi(int32_t x, int32_t y, int32_t z) {
    if (y >= x) return z;
    return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 1;
    for (unsigned round = 0; round < scale; round++) {
        checksum = checksum * 31 + fibonacci(23 + (checksum & 3));
        checksum = checksum * 31 + ackermann(2 + (checksum & 1), 7);
        checksum = checksum * 31 + (uint32_t)takeuchi(18, 12, (int32_t)(5 + (checksum & 3)));
    }
    return checksum;
}
