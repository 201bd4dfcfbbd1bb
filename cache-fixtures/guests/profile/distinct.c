/*
 * Makes n numbers (u64, one input record), counts how many are distinct, and reveals that: docs/profile.md goes through it.
 * With CONSTANT the table's size is known to the compiler.
 */
#include "../abi/openvm/openvm.h"

/* The current step of a profile is the latest of these. */
#define STEP(n) __asm__ volatile("addi x0, x0, %0" ::"i"(n) : "memory")

enum { GENERATE = 1, COUNT = 2 };
enum { SLOTS = 2048, MOST = 1024 };

struct set {
    uint32_t slots;
    uint32_t used;
    uint32_t keys[SLOTS];
};

static struct set seen = {.slots = SLOTS};
static uint32_t numbers[MOST];

static inline uint32_t slot_of(const struct set *set, uint32_t key) {
#ifdef CONSTANT
    (void)set;
    return key * 2654435769u % SLOTS;
#else
    return key * 2654435769u % set->slots;
#endif
}

__attribute__((noinline)) static void insert(struct set *set, uint32_t key) {
    uint32_t slot = slot_of(set, key);
    while (set->keys[slot] != 0) {
        if (set->keys[slot] == key) return;
        slot = slot_of(set, slot + 1);
    }
    set->keys[slot] = key;
    set->used++;
}

static inline uint32_t next(uint32_t state) {
    state ^= state << 13;
    state ^= state >> 17;
    return state ^ state << 5;
}

__attribute__((noinline)) static void generate(uint32_t count) {
    uint32_t state = 1;
    for (uint32_t i = 0; i < count; i++) {
        state = next(state);
        numbers[i] = state >> 22 | 1;
    }
}

int main(void) {
    hint_input();
    if (hint_store_word() != 8) return 1;
    uint32_t count = (uint32_t)hint_store_word();
    if (WORD_BYTES == 4) (void)hint_store_word();
    if (count > MOST) return 1;
    STEP(GENERATE);
    generate(count);
    STEP(COUNT);
    for (uint32_t i = 0; i < count; i++) insert(&seen, numbers[i]);
    reveal_u64(seen.used, 0);
    return 0;
}
