/* The transcript: what both sides have said so far is one hash, from which challenges follow. */
#ifndef RVR_STARK_TRANSCRIPT_H
#define RVR_STARK_TRANSCRIPT_H

#include "extension.h"
#include "hash.h"

/* What is said, in order. Fold round r says TAG_FOLD, then TAG_FOLD_WORK. */
enum stark_tag {
  TAG_KEY = 1,
  TAG_HEIGHTS,
  TAG_PUBLICS,
  TAG_MAIN,
  TAG_LOOKUP, /* work, then alpha and beta */
  TAG_SUM_ROOT,
  TAG_SUMS,
  TAG_CONSTRAINTS, /* lambda */
  TAG_QUOTIENT,
  TAG_ZETA, /* work, then zeta */
  TAG_OPENINGS,
  TAG_BATCH, /* work, then gamma */
  TAG_FOLD,
  TAG_FOLD_WORK, /* work, then beta of the round */
  TAG_FINAL,
  TAG_QUERIES, /* work, then indices */
};

struct stark_transcript {
  struct hash_state state;
};

/* The first word of a block that is no data. */
enum { FRAME_ABSORB = 1, FRAME_SQUEEZE, FRAME_RATCHET, FRAME_WORK };

static inline void transcript_frame(struct hash_state *out, const struct hash_state *state, const uint32_t frame[6])
{
  struct hash_block block;
  for (unsigned i = 0; i < 6; i++) block.word[i] = frame[i];
  for (unsigned i = 6; i < 16; i++) block.word[i] = 0;
  hash_next(out, state, &block);
}

static inline void transcript_begin(struct stark_transcript *t) { t->state = hash_transcript_iv; }

/* Bytes at a multiple of 4, and as many. */
static inline void transcript_absorb(struct stark_transcript *t, uint32_t tag, const void *bytes, uint64_t length)
{
  const uint32_t frame[6] = { FRAME_ABSORB, tag, (uint32_t)length, (uint32_t)(length >> 32) };
  transcript_frame(&t->state, &t->state, frame);
  hash_padded(&t->state, (const uint8_t *)bytes, length);
}

static inline void transcript_squeeze(const struct stark_transcript *t, uint32_t tag, uint32_t at, struct hash_state *out)
{
  const uint32_t frame[6] = { FRAME_SQUEEZE, tag, at };
  transcript_frame(out, &t->state, frame);
}

static inline void transcript_ratchet(struct stark_transcript *t, uint32_t tag, uint32_t blocks)
{
  const uint32_t frame[6] = { FRAME_RATCHET, tag, blocks };
  transcript_frame(&t->state, &t->state, frame);
}

/* n elements of K. */
static inline void transcript_elements(struct stark_transcript *t, uint32_t tag, k_t *out, uint32_t n)
{
  struct hash_state words;
  uint32_t blocks = 0, kept = 0;
  while (kept < 4 * n) {
    transcript_squeeze(t, tag, blocks++, &words);
    for (unsigned i = 0; i < 8 && kept < 4 * n; i++) {
      const uint32_t word = words.word[i] & 0x7fffffff;
      if (word >= F_P) continue;
      out[kept / 4].c[kept % 4] = word;
      kept++;
    }
  }
  transcript_ratchet(t, tag, blocks);
}

/* n numbers below 2^bits, bits from 0 to 31. */
static inline void transcript_indices(struct stark_transcript *t, uint32_t tag, unsigned bits, uint32_t *out, uint32_t n)
{
  struct hash_state words;
  for (uint32_t i = 0; i < n; i++) {
    if (i % 8 == 0) transcript_squeeze(t, tag, i / 8, &words);
    out[i] = words.word[i % 8] & ((UINT32_C(1) << bits) - 1);
  }
  transcript_ratchet(t, tag, (n + 7) / 8);
}

/* Has the nonce the work in it? Whoever searches for one keeps a copy of the transcript in front of it. */
static inline int transcript_work(struct stark_transcript *t, uint32_t tag, unsigned bits, uint64_t nonce)
{
  const uint32_t frame[6] = { FRAME_WORK, tag, bits, 0, (uint32_t)nonce, (uint32_t)(nonce >> 32) };
  transcript_frame(&t->state, &t->state, frame);
  if (bits == 0) return nonce == 0;
  return (t->state.word[0] & ((UINT32_C(1) << bits) - 1)) == 0;
}

#endif
