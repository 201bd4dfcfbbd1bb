/* A witness that is one input record, the frames of all items (docs/streaming.md) one behind the other: it is unpacked at the start. */
#include "witness.h"

typedef struct {
    uint32_t kind, key_length, length, zero;
    uint64_t name[DIGEST_BYTES / 8];
    uint8_t item[];
} frame;

enum { SLOTS = 1 << 14 };

static char record[1 << 24] __attribute__((aligned(8)));
/* Frames by their names, which are digests: any bits of them will do to spread them. */
static frame *slots[SLOTS];

static frame **slot_of(uint32_t kind, const uint64_t *name) {
    for (size_t slot = name[0] % SLOTS, tried = 0; tried < SLOTS; slot = (slot + 1) % SLOTS, tried++)
        if (slots[slot] == 0 || (slots[slot]->kind == kind && is_same_digest(slots[slot]->name, name))) return &slots[slot];
    terminate(EXIT_BAD_RECORD);
}

void witness_open(void) {
    hint_input();
    size_t length = hint_store_word();
    if (length > sizeof record || length % 8 != 0) terminate(EXIT_BAD_RECORD);
    hint_buffer((word *)record, length / WORD_BYTES);
    for (size_t at = 0; at < length;) {
        frame *next = (frame *)(record + at);
        if (length - at < sizeof *next || next->key_length != DIGEST_BYTES) terminate(EXIT_BAD_RECORD);
        size_t left = length - at - sizeof *next;
        if (next->length > left) terminate(EXIT_BAD_RECORD);
        *slot_of(next->kind, next->name) = next;
        at += sizeof *next + ((next->length + 7) & ~(size_t)7);
    }
}

uint8_t *witness_item(uint32_t kind, const uint64_t *name, uint32_t *length) {
    frame *found = *slot_of(kind, name);
    if (found == 0) terminate(EXIT_BAD_ITEM);
    *length = found->length;
    return found->item;
}
