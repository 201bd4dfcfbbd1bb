/* Numbers as little-endian limbs of 64 bits, and their big-endian bytes. */
#pragma once
#include <stddef.h>
#include <stdint.h>

static inline int is_zero(const uint64_t *number, size_t limbs) {
    uint64_t any = 0;
    for (size_t i = 0; i < limbs; i++) any |= number[i];
    return any == 0;
}

static inline int is_less(const uint64_t *a, const uint64_t *b, size_t limbs) {
    while (limbs-- > 0) {
        if (a[limbs] != b[limbs]) return a[limbs] < b[limbs];
    }
    return 0;
}

static inline int is_same(const uint64_t *a, const uint64_t *b, size_t limbs) {
    uint64_t difference = 0;
    for (size_t i = 0; i < limbs; i++) difference |= a[i] ^ b[i];
    return difference == 0;
}

static inline int bit_of(const uint64_t *number, size_t bit) {
    return (int)(number[bit / 64] >> (bit % 64) & 1);
}

static inline void copy_limbs(uint64_t *to, const uint64_t *from, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) to[i] = from[i];
}

/* Between big-endian bytes and limbs, either way; the two must not overlap. */
static inline void reverse_bytes(void *to, const void *from, size_t length) {
    const uint8_t *in = from;
    uint8_t *out = to;
    for (size_t i = 0; i < length; i++) out[i] = in[length - 1 - i];
}
