/*
 * For guests of ABI openvm: items of a host's witness store, pulled by kind and key where they are first needed (docs/streaming.md).
 * Header only; needs no library and no allocator. On hosts that know nothing of pulls an item is an input record like others.
 *
 * Nothing that is pulled may be trusted: check it against something that the guest knows, such as the hash that it is named by.
 */
#ifndef RVR_PULL_H
#define RVR_PULL_H

#include <stddef.h>
#include <stdint.h>

/* Where items are put, one behind the other: memory that nobody else uses. `next` is a multiple of 8. */
typedef struct {
    char *next;
    char *end;
} rvr_pull_region;

enum {
    RVR_PULL_MAGIC = 0x4c4c5550,
    RVR_PULL_HEADER_BYTES = 16,
    RVR_PULL_WORD_BYTES = sizeof(uintptr_t),
    RVR_PULL_MOST_WORDS = 1023,
};

static inline size_t rvr_pull_padded(size_t bytes) { return (bytes + 7) & ~(size_t)7; }

/* `a` is at a multiple of 8; keys mostly are too, and then whole words are compared. */
static inline int rvr_pull_is_same(const char *a, const char *b, size_t length) {
    typedef uintptr_t __attribute__((may_alias)) word;
    size_t at = 0;
    if ((uintptr_t)b % RVR_PULL_WORD_BYTES == 0)
        for (; at + RVR_PULL_WORD_BYTES <= length; at += RVR_PULL_WORD_BYTES)
            if (*(const word *)(a + at) != *(const word *)(b + at)) return 0;
    for (; at < length; at++)
        if (a[at] != b[at]) return 0;
    return 1;
}

/* HintInput, with the item's name in registers: a host that keeps a store looks there. */
static inline void rvr_pull_ask(uint32_t kind, const void *key, uint32_t key_length) {
    register uintptr_t a0 __asm__("a0") = kind;
    register uintptr_t a1 __asm__("a1") = (uintptr_t)key;
    register uintptr_t a2 __asm__("a2") = key_length;
    register uintptr_t a7 __asm__("a7") = RVR_PULL_MAGIC;
    __asm__ volatile(".insn i 0x0b, 3, x0, x0, 0" ::"r"(a0), "r"(a1), "r"(a2), "r"(a7) : "memory");
}

/* Moves whole words of the hint stream to memory. */
static inline void rvr_pull_take(char *to, size_t bytes) {
    for (size_t words = bytes / RVR_PULL_WORD_BYTES; words > 0;) {
        size_t part = words < RVR_PULL_MOST_WORDS ? words : RVR_PULL_MOST_WORDS;
        __asm__ volatile(".insn i 0x0b, 1, %0, %1, 1" ::"r"(to), "r"(part) : "memory");
        to += part * RVR_PULL_WORD_BYTES;
        words -= part;
    }
}

/*
 * The item's bytes where they lie in the region, at a multiple of 8, and how many there are. 0: what the host handed over is not this
 * item, or the region has no room for it. `key` has 2^16 bytes at most.
 */
static inline const void *rvr_pull(rvr_pull_region *region, uint32_t kind, const void *key, uint32_t key_length, uint32_t *length) {
    uintptr_t bytes;
    char *frame = region->next;
    const uint32_t *header = (const uint32_t *)frame;
    rvr_pull_ask(kind, key, key_length);
    __asm__ volatile(".insn i 0x0b, 1, %0, x0, 0" ::"r"(&bytes) : "memory");
    size_t room = (size_t)(region->end - frame);
    size_t behind_key = RVR_PULL_HEADER_BYTES + rvr_pull_padded(key_length);
    if (bytes % 8 != 0 || bytes < behind_key || bytes > room) return 0;
    rvr_pull_take(frame, bytes);
    if (header[0] != kind || header[1] != key_length || header[2] > bytes - behind_key || header[3] != 0) return 0;
    if (!rvr_pull_is_same(frame + RVR_PULL_HEADER_BYTES, (const char *)key, key_length)) return 0;
    *length = header[2];
    region->next = frame + bytes;
    return frame + behind_key;
}

#endif
