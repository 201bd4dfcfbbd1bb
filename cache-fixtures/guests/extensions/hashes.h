/* keccak256, SHA-256 and SHA-512 over the instructions that do one block. */
#pragma once
#include "../abi/openvm/openvm-extensions.h"
#include "numbers.h"

typedef struct {
    uint64_t block[128 / 8 + 1]; /* 128 bytes, or the 136 of keccak256 */
    uint64_t state[KECCAK_STATE_BYTES / 8];
    uint64_t total;
    size_t filled;
    size_t block_bytes;
    void (*absorb)(void *state, const void *block);
} hasher;

static void absorb_keccak(void *state, const void *block) {
    xorin(state, block, KECCAK_RATE_BYTES);
    keccakf(state);
}

static void absorb_sha256(void *state, const void *block) {
    sha256_compress(state, state, block);
}

static void absorb_sha512(void *state, const void *block) {
    sha512_compress(state, state, block);
}

static void hasher_update(hasher *hash, const void *bytes, size_t length) {
    const uint8_t *from = bytes;
    uint8_t *block = (uint8_t *)hash->block;
    hash->total += length;
    while (length > 0) {
        size_t part = hash->block_bytes - hash->filled;
        if (part > length) part = length;
        __builtin_memcpy(block + hash->filled, from, part);
        from += part;
        length -= part;
        hash->filled += part;
        if (hash->filled == hash->block_bytes) {
            hash->absorb(hash->state, block);
            hash->filled = 0;
        }
    }
}

static void hasher_start(hasher *hash, size_t block_bytes, void (*absorb)(void *, const void *)) {
    __builtin_memset(hash, 0, sizeof *hash);
    hash->block_bytes = block_bytes;
    hash->absorb = absorb;
}

static inline void keccak256_start(hasher *hash) {
    hasher_start(hash, KECCAK_RATE_BYTES, absorb_keccak);
}

static inline void keccak256_finish(hasher *hash, void *digest) {
    uint8_t *block = (uint8_t *)hash->block;
    __builtin_memset(block + hash->filled, 0, KECCAK_RATE_BYTES - hash->filled);
    block[hash->filled] ^= 0x01;
    block[KECCAK_RATE_BYTES - 1] ^= 0x80;
    absorb_keccak(hash->state, block);
    __builtin_memcpy(digest, hash->state, 32);
}

static inline void sha256_start(hasher *hash) {
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    hasher_start(hash, 64, absorb_sha256);
    __builtin_memcpy(hash->state, initial, sizeof initial);
}

static inline void sha512_start(hasher *hash) {
    static const uint64_t initial[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    hasher_start(hash, 128, absorb_sha512);
    __builtin_memcpy(hash->state, initial, sizeof initial);
}

/* Pads with the length in bits, and gives the state's words big-endian. */
static void sha2_finish(hasher *hash, void *digest, size_t word_bytes) {
    static const uint8_t padding[128] = {0x80};
    uint8_t bits[8];
    uint64_t total = hash->total * 8;
    size_t end = hash->block_bytes - 8, used = hash->filled;
    reverse_bytes(bits, &total, 8);
    /* The length field has twice the size of a word: its upper bytes are zeros and belong to the padding here. */
    size_t zeros = used + 2 * word_bytes < hash->block_bytes ? end - used : end + hash->block_bytes - used;
    hasher_update(hash, padding, zeros > 128 ? 128 : zeros);
    if (zeros > 128) hasher_update(hash, padding + 1, zeros - 128);
    hasher_update(hash, bits, 8);
    for (size_t i = 0; i < 8; i++) {
        reverse_bytes((uint8_t *)digest + i * word_bytes, (uint8_t *)hash->state + i * word_bytes, word_bytes);
    }
}

static inline void sha256_finish(hasher *hash, void *digest) {
    sha2_finish(hash, digest, 4);
}

static inline void sha512_finish(hasher *hash, void *digest) {
    sha2_finish(hash, digest, 8);
}
