/* A hash of 64-bit words that adds, rotates and mixes as BLAKE's do, over 1 KB to 4 MB. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 400;

enum { MOST = 1 << 19 };
static uint64_t message[MOST];

static inline uint64_t turned(uint64_t word, int by) { return word >> by | word << (64 - by); }

#define MIX(a, b, c, d, x, y) \
    (a += b + (x), d = turned(d ^ a, 32), c += d, b = turned(b ^ c, 24), a += b + (y), d = turned(d ^ a, 16), c += d, b = turned(b ^ c, 63))

static void absorb(uint64_t state[8], const uint64_t *m) {
    uint64_t v[16];
    for (int i = 0; i < 8; i++) v[i] = state[i], v[i + 8] = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1);
    for (int round = 0; round < 10; round++) {
        const int k = round & 7;
        MIX(v[0], v[4], v[8], v[12], m[k], m[k ^ 1]);
        MIX(v[1], v[5], v[9], v[13], m[k ^ 2], m[k ^ 3]);
        MIX(v[2], v[6], v[10], v[14], m[k ^ 4], m[k ^ 5]);
        MIX(v[3], v[7], v[11], v[15], m[k ^ 6], m[k ^ 7]);
        MIX(v[0], v[5], v[10], v[15], m[k + 8], m[8 + (k ^ 1)]);
        MIX(v[1], v[6], v[11], v[12], m[8 + (k ^ 2)], m[8 + (k ^ 3)]);
        MIX(v[2], v[7], v[8], v[13], m[8 + (k ^ 4)], m[8 + (k ^ 5)]);
        MIX(v[3], v[4], v[9], v[14], m[8 + (k ^ 6)], m[8 + (k ^ 7)]);
    }
    for (int i = 0; i < 8; i++) state[i] ^= v[i] ^ v[i + 8];
}

unsigned kernel(unsigned scale) {
    uint64_t state[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    for (unsigned round = 0; round < scale; round++) {
        const uint32_t words = 128u << 2 * (round % 7);
        for (uint32_t i = 0; i < words; i++) message[i] = state[i & 7] + i;
        for (uint32_t i = 0; i < words; i += 16) absorb(state, message + i);
    }
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++) sum = turned(sum, 7) ^ state[i];
    return (unsigned)(sum ^ sum >> 32);
}
