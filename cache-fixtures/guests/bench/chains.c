/* A hash table whose entries lie in chains, with 2^8 to 2^18 keys: inserted, found, and every third removed. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 120;

enum { MOST = 1 << 18 };
struct entry { struct entry *next; uint32_t key, value; };
static struct entry entries[MOST];
static struct entry *heads[MOST / 2];

static uint32_t hash(uint32_t key) { return (key ^ key >> 15) * 0x2c1b3c6du; }

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        const uint32_t count = 256u << 2 * (round % 6), mask = count / 2 - 1;
        for (uint32_t i = 0; i <= mask; i++) heads[i] = 0;
        for (uint32_t i = 0; i < count; i++) {
            struct entry *entry = &entries[(i * 40503u + round) & (count - 1)];
            entry->key = i * 7 + round;
            entry->value = i;
            struct entry **head = &heads[hash(entry->key) >> 8 & mask];
            entry->next = *head;
            *head = entry;
        }
        for (uint32_t i = 0; i < count; i += 3) {
            const uint32_t key = i * 7 + round;
            struct entry **link = &heads[hash(key) >> 8 & mask];
            while (*link && (*link)->key != key) link = &(*link)->next;
            if (*link) *link = (*link)->next;
        }
        for (uint32_t i = 0; i < 2 * count; i++) {
            const struct entry *entry = heads[hash(i * 5) >> 8 & mask];
            while (entry && entry->key != i * 5) entry = entry->next;
            checksum = checksum * 33 + (entry ? entry->value : i);
        }
    }
    return checksum;
}
