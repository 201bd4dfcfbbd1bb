/*
 * For guests of ABI openvm: input records read to where they stay (docs/guest-abi.md). Nothing is copied, so what a
 * record holds can be looked at as arrays where it lies. Header only; needs no library and no allocator.
 */
#ifndef RVR_INPUT_H
#define RVR_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* Where records are put, one behind the other: memory that nobody else uses. */
typedef struct {
    char *next;
    char *end;
} rvr_input_region;

enum {
    RVR_INPUT_ALIGNMENT = 64,
    RVR_INPUT_WORD_BYTES = sizeof(uintptr_t),
    RVR_INPUT_MOST_WORDS = 1023,
};

/* The next place in a region that is a multiple of 64. */
static inline char *rvr_input_aligned(char *at) {
    return at + (-(uintptr_t)at & (RVR_INPUT_ALIGNMENT - 1));
}

/*
 * The next record's bytes where they lie in the region, at a multiple of 64, and how many there are. Up to a whole word
 * there are zeros behind them. 0: the region has no room for the record. Without a next record the guest traps.
 */
static inline const void *rvr_input(rvr_input_region *region, size_t *length) {
    uintptr_t bytes;
    char *const at = rvr_input_aligned(region->next);
    __asm__ volatile(".insn i 0x0b, 3, x0, x0, 0" ::: "memory");
    __asm__ volatile(".insn i 0x0b, 1, %0, x0, 0" ::"r"(&bytes) : "memory");
    if (at > region->end || bytes > (size_t)(region->end - at)) return 0;
    size_t words = (bytes + RVR_INPUT_WORD_BYTES - 1) / RVR_INPUT_WORD_BYTES;
    if (words > (size_t)(region->end - at) / RVR_INPUT_WORD_BYTES) return 0;
    for (char *to = at; words > 0;) {
        size_t part = words < RVR_INPUT_MOST_WORDS ? words : RVR_INPUT_MOST_WORDS;
        __asm__ volatile(".insn i 0x0b, 1, %0, %1, 1" ::"r"(to), "r"(part) : "memory");
        to += part * RVR_INPUT_WORD_BYTES;
        words -= part;
    }
    *length = bytes;
    region->next = at + (bytes + RVR_INPUT_WORD_BYTES - 1) / RVR_INPUT_WORD_BYTES * RVR_INPUT_WORD_BYTES;
    return at;
}

#endif
