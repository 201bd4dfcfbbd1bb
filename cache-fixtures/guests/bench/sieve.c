/* The sieve of Eratosthenes over bytes, and a sum over the primes found. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 800;

enum { LIMIT = 1 << 20 };
static uint8_t composite[LIMIT];

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        const uint32_t limit = LIMIT - (round & 15) * 1000;
        for (uint32_t i = 0; i < limit; i++) composite[i] = 0;
        for (uint32_t i = 2; i * i < limit; i++) {
            if (composite[i]) continue;
            for (uint32_t multiple = i * i; multiple < limit; multiple += i) composite[multiple] = 1;
        }
        uint32_t count = 0, sum = 0;
        for (uint32_t i = 2; i < limit; i++) {
            if (!composite[i]) {
                count++;
                sum += i;
            }
        }
        checksum = checksum * 33 + (count ^ sum);
    }
    return checksum;
}
