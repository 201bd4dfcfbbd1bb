/* An open-addressing hash map from 64-bit keys to 32-bit values: insert, find, count up, switch off and on. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 230;

enum { SLOTS = 1 << 16, KEYS = 40000 };
typedef struct {
    uint64_t key; /* 0: never used */
    uint32_t value;
    uint32_t live;
} Slot;

static Slot slots[SLOTS];

static uint32_t mix(uint64_t key) {
    uint32_t hash = (uint32_t)key ^ (uint32_t)(key >> 32) * 0x9e3779b1u;
    hash ^= hash >> 16;
    hash *= 0x85ebca6bu;
    hash ^= hash >> 13;
    return hash;
}

/* The slot that holds the key, or the unused one where it would go. */
static Slot *find(uint64_t key) {
    uint32_t at = mix(key) & (SLOTS - 1);
    while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) & (SLOTS - 1);
    return &slots[at];
}

static uint64_t nth_key(uint32_t n, uint32_t seed) {
    return (uint64_t)(n * 2654435761u + seed) << 16 | (n + 1);
}

static uint32_t round_of_work(uint32_t seed) {
    for (uint32_t i = 0; i < SLOTS; i++) slots[i] = (Slot){0};
    for (uint32_t i = 0; i < KEYS; i++) {
        Slot *slot = find(nth_key(i, seed));
        *slot = (Slot){nth_key(i, seed), i, 1};
    }
    uint32_t checksum = seed, at = seed;
    for (uint32_t i = 0; i < 4 * KEYS; i++) {
        at = at * 1664525u + 1013904223u;
        Slot *slot = find(nth_key((at >> 8) % (KEYS + KEYS / 8), seed));
        if (slot->key == 0) {
            checksum += 1;
        } else if ((i & 15) == 0) {
            slot->live ^= 1;
        } else if (slot->live) {
            slot->value += i;
            checksum = checksum * 31 + slot->value;
        }
    }
    return checksum;
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) checksum = checksum * 31 + round_of_work(round * 977 + (checksum & 0xff));
    return checksum;
}
