/* The keccak-f[1600] permutation (FIPS 202), absorbing blocks of 136 bytes. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 2100;

static const uint64_t round_constants[24] = {
    0x0000000000000001u, 0x0000000000008082u, 0x800000000000808au, 0x8000000080008000u,
    0x000000000000808bu, 0x0000000080000001u, 0x8000000080008081u, 0x8000000000008009u,
    0x000000000000008au, 0x0000000000000088u, 0x0000000080008009u, 0x000000008000000au,
    0x000000008000808bu, 0x800000000000008bu, 0x8000000000008089u, 0x8000000000008003u,
    0x8000000000008002u, 0x8000000000000080u, 0x000000000000800au, 0x800000008000000au,
    0x8000000080008081u, 0x8000000000008080u, 0x0000000080000001u, 0x8000000080008008u,
};

/* Rotations by lane x + 5y. */
static const uint8_t rotations[25] = {
     0,  1, 62, 28, 27,
    36, 44,  6, 55, 20,
     3, 10, 43, 25, 39,
    41, 45, 15, 21,  8,
    18,  2, 61, 56, 14,
};

static uint64_t rotate(uint64_t value, int by) {
    return by == 0 ? value : value << by | value >> (64 - by);
}

static void permute(uint64_t lanes[25]) {
    for (int round = 0; round < 24; round++) {
        uint64_t parity[5], moved[25];
        for (int x = 0; x < 5; x++) parity[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t mix = parity[(x + 4) % 5] ^ rotate(parity[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5) lanes[x + y] ^= mix;
        }
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 5; x++) moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(lanes[x + 5 * y], rotations[x + 5 * y]);
        }
        for (int y = 0; y < 25; y += 5) {
            for (int x = 0; x < 5; x++) lanes[x + y] = moved[x + y] ^ (~moved[(x + 1) % 5 + y] & moved[(x + 2) % 5 + y]);
        }
        lanes[0] ^= round_constants[round];
    }
}

unsigned kernel(unsigned scale) {
    uint64_t lanes[25] = {0};
    for (uint32_t block = 0; block < scale * 1000; block++) {
        for (int i = 0; i < 17; i++) lanes[i] ^= block * (uint64_t)(i + 1);
        permute(lanes);
    }
    return (uint32_t)lanes[0] ^ (uint32_t)(lanes[0] >> 32);
}
