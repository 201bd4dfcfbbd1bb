/* What the library `verifier` exports: keys that stay open, and verifications under them, which may run side by side. */
#include <stdlib.h>
#include <string.h>
#include "../chain.h"
#include "../verify.h"
#include "public-values.h"

#define EXPORT __attribute__((visibility("default")))

enum { VERDICT_FAULT, VERDICT_ACCEPTED, VERDICT_NO_MEMORY };

struct opened_key {
  struct stark_key key;
  uint64_t block_bytes;
  uint8_t *bytes;
};

static void *allocated(uint64_t bytes) { return aligned_alloc(64, (bytes + 63) & ~UINT64_C(63)); }

EXPORT void rvr_stark_close(struct opened_key *opened)
{
  if (opened == NULL) return;
  free(opened->bytes);
  free(opened);
}

/* *opened: a key that was checked, in memory of its own. */
EXPORT uint32_t rvr_stark_open(const uint8_t *bytes, uint64_t length, struct opened_key **opened, struct stark_fault *fault)
{
  struct opened_key *const new = calloc(1, sizeof *new);
  void *const memory = malloc(stark_key_memory(length) + 1);
  *opened = NULL;
  if (new != NULL) new->bytes = allocated(length + 1);
  uint32_t verdict = VERDICT_NO_MEMORY;
  if (memory != NULL && new != NULL && new->bytes != NULL) {
    memcpy(new->bytes, bytes, length);
    verdict = stark_key_open(&new->key, new->bytes, length, memory, fault) ? VERDICT_ACCEPTED : VERDICT_FAULT;
  }
  free(memory);
  if (verdict != VERDICT_ACCEPTED) {
    rvr_stark_close(new);
    return verdict;
  }
  new->block_bytes = stark_verify_memory(&new->key);
  *opened = new;
  return verdict;
}

/* How many public values proofs under the key have. */
EXPORT uint32_t rvr_stark_publics(const struct opened_key *opened) { return opened->key.publics; }

/* `publics`: words that are wanted, as many as the key says, or NULL. */
EXPORT uint32_t rvr_stark_verify(const struct opened_key *opened, const uint8_t *bytes, uint64_t length, const uint32_t *publics,
                                 struct stark_fault *fault)
{
  struct stark_proof proof;
  void *const block = allocated(opened->block_bytes);
  if (block == NULL) return VERDICT_NO_MEMORY;
  const int accepted = stark_verify(&proof, &opened->key, bytes, length, block, publics, fault);
  free(block);
  return accepted ? VERDICT_ACCEPTED : VERDICT_FAULT;
}

/* The chain of segments: all zero at its beginning. `publics`: of the next proof that was accepted. */
EXPORT uint32_t rvr_stark_chain_next(const struct opened_key *opened, struct stark_chain *chain, const uint32_t *publics, struct stark_fault *fault)
{
  return stark_chain_next(chain, &opened->key, publics, fault) ? VERDICT_ACCEPTED : VERDICT_FAULT;
}

EXPORT uint32_t rvr_stark_chain_end(const struct stark_chain *chain, struct stark_fault *fault)
{
  struct stark_result result;
  return stark_chain_end(chain, &result, fault) ? VERDICT_ACCEPTED : VERDICT_FAULT;
}

/* Public values, from the final root of a run. place: the byte of the opening where they begin, and how many they are. */
EXPORT uint32_t rvr_stark_public_values(const uint8_t *bytes, uint64_t length, const uint32_t *root, uint64_t place[2], struct stark_fault *fault)
{
  struct rvr_view values;
  if (!stark_public_values_open(&values, bytes, length, root, fault)) return VERDICT_FAULT;
  place[0] = (uint64_t)(values.at - bytes);
  place[1] = values.count;
  return VERDICT_ACCEPTED;
}
