/* Work: the least nonce whose hash ends in zeros. */
#include "prover.h"
#include "sha.h"

/* Nonces of a piece, and as many as are hashed at a time. */
enum { NONCES = 4096, PIECES = 256, BATCH = 64 };

struct grind {
  stark_chains *chains;
  struct hash_state state;
  uint32_t tag, bits;
  uint64_t start;
  /* The least one that was found. */
  uint64_t found;
};

static void keep_least(struct grind *grind, uint64_t nonce)
{
  uint64_t found = __atomic_load_n(&grind->found, __ATOMIC_RELAXED);
  while (nonce < found && !__atomic_compare_exchange_n(&grind->found, &found, nonce, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
}

static void search_piece(void *of, uint64_t piece, uint32_t thread)
{
  struct grind *grind = of;
  const uint32_t mask = (UINT32_C(1) << grind->bits) - 1;
  uint64_t nonce = grind->start + piece * NONCES;
  (void)thread;
  struct hash_block blocks[BATCH];
  struct hash_state states[BATCH];
  for (uint32_t k = 0; k < BATCH; k++) blocks[k] = (struct hash_block){ { FRAME_WORK, grind->tag, grind->bits } };
  for (const uint64_t end = nonce + NONCES; nonce < end && nonce < __atomic_load_n(&grind->found, __ATOMIC_RELAXED); nonce += BATCH) {
    for (uint32_t k = 0; k < BATCH; k++) {
      blocks[k].word[4] = (uint32_t)(nonce + k);
      blocks[k].word[5] = (uint32_t)((nonce + k) >> 32);
    }
    grind->chains((uint8_t *)states, &grind->state, (const uint8_t *)blocks, HASH_BLOCK, 1, BATCH);
    for (uint32_t k = 0; k < BATCH; k++) {
      if ((states[k].word[0] & mask) != 0) continue;
      keep_least(grind, nonce + k);
      return;
    }
  }
}

int stark_grind(struct stark_work *work, struct stark_transcript *transcript, uint32_t tag, uint32_t bits, uint64_t *nonce)
{
  *nonce = 0;
  if (bits > 0) {
    struct grind grind = { .chains = sha_chains(work), .state = transcript->state, .tag = tag, .bits = bits, .found = UINT64_MAX };
    for (; grind.found == UINT64_MAX; grind.start += NONCES * PIECES)
      if (!stark_each(work, PIECES, search_piece, &grind)) return STARK_CANCELLED;
    *nonce = grind.found;
  }
  transcript_work(transcript, tag, bits, *nonce);
  return STARK_DONE;
}
