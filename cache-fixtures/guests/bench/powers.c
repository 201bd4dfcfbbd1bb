/* Powers modulo numbers of 4 to 32 limbs of 32 bits, by Montgomery's products. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 640;

enum { MOST = 32 };

static void product(uint32_t *out, const uint32_t *a, const uint32_t *b, const uint32_t *modulus, uint32_t inverse, int limbs) {
    uint32_t sum[MOST + 2] = { 0 };
    for (int i = 0; i < limbs; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < limbs; j++) {
            carry += sum[j] + (uint64_t)a[i] * b[j];
            sum[j] = (uint32_t)carry;
            carry >>= 32;
        }
        carry += sum[limbs];
        sum[limbs] = (uint32_t)carry;
        sum[limbs + 1] = (uint32_t)(carry >> 32);
        const uint32_t factor = sum[0] * inverse;
        carry = (sum[0] + (uint64_t)factor * modulus[0]) >> 32;
        for (int j = 1; j < limbs; j++) {
            carry += sum[j] + (uint64_t)factor * modulus[j];
            sum[j - 1] = (uint32_t)carry;
            carry >>= 32;
        }
        carry += sum[limbs];
        sum[limbs - 1] = (uint32_t)carry;
        sum[limbs] = sum[limbs + 1] + (uint32_t)(carry >> 32);
    }
    uint32_t less[MOST], borrow = 0;
    for (int j = 0; j < limbs; j++) {
        const uint64_t difference = (uint64_t)sum[j] - modulus[j] - borrow;
        less[j] = (uint32_t)difference;
        borrow = (uint32_t)(difference >> 63);
    }
    const uint32_t *const result = sum[limbs] >= borrow ? less : sum;
    for (int j = 0; j < limbs; j++) out[j] = result[j];
}

unsigned kernel(unsigned scale) {
    uint32_t random = 7u, checksum = 0, modulus[MOST], base[MOST], power[MOST];
    for (unsigned round = 0; round < scale; round++) {
        const int limbs = 4 << (round & 3);
        for (int j = 0; j < limbs; j++) {
            modulus[j] = random = random * 1664525u + 1013904223u;
            base[j] = power[j] = random ^ 0x5bd1e995u;
        }
        modulus[0] |= 1;
        modulus[limbs - 1] |= 0x80000000u;
        base[limbs - 1] = power[limbs - 1] &= 0x7fffffffu;
        uint32_t inverse = 1;
        for (int i = 0; i < 5; i++) inverse *= 2 - modulus[0] * inverse;
        for (int bit = 0; bit < 32 * limbs; bit++) {
            product(power, power, power, modulus, -inverse, limbs);
            if ((checksum ^ modulus[bit >> 5]) >> (bit & 31) & 1) product(power, power, base, modulus, -inverse, limbs);
        }
        for (int j = 0; j < limbs; j++) checksum = checksum * 33 + power[j];
    }
    return checksum;
}
