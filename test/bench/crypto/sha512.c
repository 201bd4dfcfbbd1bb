// sha512 against OpenSSL's compression of many blocks in a row, which is faster than its calls for single blocks.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <string.h>
#include "timing.h"

int rvr_sha512(uint8_t *out, const uint8_t *state, const uint8_t *block);

enum { BLOCK = 128, BLOCKS = 512 };

static uint8_t state[64];
static const uint8_t message[BLOCKS * BLOCK] = { 1, 2, 3 };

void ours(long calls) {
  for (long call = 0; call < calls; call++) rvr_sha512(state, state, message + call % BLOCKS * BLOCK);
}

#ifdef RIVAL
#include <openssl/sha.h>

static SHA512_CTX context;

void theirs(long calls) {
  for (long blocks; calls > 0; calls -= blocks) {
    blocks = calls < BLOCKS ? calls : BLOCKS;
    SHA512_Update(&context, message, (size_t)blocks * BLOCK);
  }
}

int agree(void) {
  SHA512_Init(&context);
  memcpy(state, context.h, sizeof state);
  ours(100);
  theirs(100);
  return memcmp(state, context.h, sizeof state) == 0;
}
#endif
