/* Hashes of the proof system: chains of SHA-256's compression function, without padding. A digest is a state's memory. */
#ifndef RVR_STARK_HASH_H
#define RVR_STARK_HASH_H

#include <stdint.h>

enum { HASH_BLOCK = 64, HASH_DIGEST = 32 };

/* Bytes that are read as words, whatever they were written as. */
typedef uint32_t hash_word __attribute__((may_alias));
typedef uintptr_t hash_wide __attribute__((may_alias));

struct hash_state {
  uint32_t word[8];
} __attribute__((aligned(8)));

/* Two digests side by side, or a block of words. */
struct hash_block {
  uint32_t word[16];
} __attribute__((aligned(64)));

/* SHA-256 of "rvr-stark-1 leaf" and so on. */
static const struct hash_state hash_leaf_iv = {
  { 0x58fae50f, 0x25f60f73, 0x62d51df0, 0x73e9bcef, 0x065f446e, 0x73a94fa7, 0xc85f9722, 0x77e34c7e }
};
static const struct hash_state hash_node_iv = {
  { 0xe4462348, 0x67d2050b, 0x44674012, 0xec558d0b, 0x9682dc0f, 0xa5a60657, 0x7dd3ffc4, 0x59a8bf31 }
};
static const struct hash_state hash_join_iv = {
  { 0xa5973828, 0xf4cfa481, 0x14b9a26c, 0x33b13fdf, 0x4b5e3495, 0xd1fccc24, 0x3ba698a3, 0x38107760 }
};
static const struct hash_state hash_transcript_iv = {
  { 0xff1c2e78, 0xb420e5a1, 0xa9f18c64, 0x42067224, 0x32c6f2a5, 0xd7fec80d, 0x39e07716, 0x64a4bf1a }
};

/* out = state after block. From whoever links this, as ffi/sha2 natively, or in front of it: an instruction in guests. */
#ifndef RVR_SHA256_INLINE
int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block);
#endif

static inline void hash_next(struct hash_state *out, const struct hash_state *state, const void *block)
{
  rvr_sha256((uint8_t *)out, (const uint8_t *)state, (const uint8_t *)block);
}

static inline void hash_copy(void *to, const void *from)
{
  for (unsigned i = 0; i < HASH_DIGEST / sizeof(hash_wide); i++) ((hash_wide *)to)[i] = ((const hash_wide *)from)[i];
}

static inline int hash_is_equal(const void *a, const void *b)
{
  hash_wide differs = 0;
  for (unsigned i = 0; i < HASH_DIGEST / sizeof(hash_wide); i++)
    differs |= ((const hash_wide *)a)[i] ^ ((const hash_wide *)b)[i];
  return differs == 0;
}

/* state = after `blocks` whole blocks. */
static inline void hash_blocks(struct hash_state *state, const uint8_t *bytes, uint64_t blocks)
{
  for (const uint8_t *end = bytes + HASH_BLOCK * blocks; bytes != end; bytes += HASH_BLOCK) hash_next(state, state, bytes);
}

/* state = after the bytes, padded with zeros to whole blocks. The bytes are at a multiple of 4, and so is their number. */
static inline void hash_padded(struct hash_state *state, const uint8_t *bytes, uint64_t length)
{
  const uint64_t whole = length / HASH_BLOCK;
  const unsigned rest = (unsigned)(length % HASH_BLOCK) / 4;
  hash_blocks(state, bytes, whole);
  if (rest == 0) return;
  struct hash_block last;
  const hash_word *const words = (const hash_word *)(bytes + HASH_BLOCK * whole);
  for (unsigned i = 0; i < rest; i++) last.word[i] = words[i];
  for (unsigned i = rest; i < 16; i++) last.word[i] = 0;
  hash_next(state, state, &last);
}

/* Of a group's rows or a fold's values. */
static inline void hash_leaf(void *out, const uint8_t *bytes, uint64_t length)
{
  struct hash_state state = hash_leaf_iv;
  hash_padded(&state, bytes, length);
  hash_copy(out, &state);
}

/* Of two digests side by side. */
static inline void hash_node(void *out, const void *both) { hash_next(out, &hash_node_iv, both); }
static inline void hash_join(void *out, const void *both) { hash_next(out, &hash_join_iv, both); }

#endif
