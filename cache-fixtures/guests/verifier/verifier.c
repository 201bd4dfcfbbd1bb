/*
 * Verifies the proofs of a run: record 0 is the key, the others are the proofs of its segments, in order. Reveals the
 * key's digest and what the run ended with (`struct stark_result`). What is rejected reveals nothing: the exit code is
 * 100 + the step that rejects it, or 99 where there is no room for a record.
 */
#include "guest.h"
#include "chain.h"
#include "rvr_input.h"
#include "verify.h"
#include "../abi/openvm/openvm.h"

extern char _end[];
#define MEMORY_END ((char *)(UINT32_C(1) << 29))

enum { NO_ROOM = 99, REJECTED = 100 };

static __attribute__((noreturn, noinline)) void reject(const struct stark_fault *fault) {
    switch (fault->step) {
    case STEP_ARCHIVE: terminate(REJECTED + STEP_ARCHIVE);
    case STEP_SHAPE: terminate(REJECTED + STEP_SHAPE);
    case STEP_ELEMENTS: terminate(REJECTED + STEP_ELEMENTS);
    case STEP_TRANSCRIPT: terminate(REJECTED + STEP_TRANSCRIPT);
    case STEP_SUMS: terminate(REJECTED + STEP_SUMS);
    case STEP_CONSTRAINTS: terminate(REJECTED + STEP_CONSTRAINTS);
    case STEP_PATHS: terminate(REJECTED + STEP_PATHS);
    case STEP_FOLDS: terminate(REJECTED + STEP_FOLDS);
    case STEP_CHAIN: terminate(REJECTED + STEP_CHAIN);
    default: terminate(REJECTED + STEP_KEY);
    }
}

static const void *next_record(rvr_input_region *region, size_t *length) {
    const void *const record = rvr_input(region, length);
    if (record == 0) terminate(NO_ROOM);
    return record;
}

/* Takes bytes from the region. */
static void *taken(rvr_input_region *region, uint64_t bytes) {
    char *const at = rvr_input_aligned(region->next);
    if (at > region->end || bytes > (uint64_t)(region->end - at)) terminate(NO_ROOM);
    region->next = at + bytes;
    return at;
}

/* `from`: eight words. */
static void reveal_words(const uint32_t *from, size_t offset) {
    for (size_t i = 0; i < 8; i += 2) reveal_u64((uint64_t)from[i + 1] << 32 | from[i], offset + 4 * i);
}

int main(void) {
    rvr_input_region region = { _end, MEMORY_END };
    struct stark_key key;
    struct stark_fault fault;
    struct stark_chain chain;
    struct stark_result result;
    size_t length;
    const uint8_t *const key_bytes = next_record(&region, &length);
    STARK_STEP(STEP_KEY);
    rvr_input_region spare = region;
    if (!stark_key_open(&key, key_bytes, length, taken(&spare, stark_key_memory(length)), &fault)) reject(&fault);
    void *const block = taken(&region, stark_verify_memory(&key));
    stark_chain_begin(&chain);
    do {
        struct stark_proof proof;
        rvr_input_region here = region;
        STARK_STEP(STEP_CHAIN);
        const uint8_t *const bytes = next_record(&here, &length);
        if (!stark_verify(&proof, &key, bytes, length, block, 0, &fault)) reject(&fault);
        STARK_STEP(STEP_CHAIN);
        if (!stark_chain_next(&chain, &key, proof.publics, &fault)) reject(&fault);
    } while (!stark_chain_is_over(&chain));
    if (!stark_chain_end(&chain, &result, &fault)) reject(&fault);
    reveal_words((const uint32_t *)key.digest, 0);
    reveal_words(result.word, 32);
    return 0;
}
