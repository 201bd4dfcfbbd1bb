// keccakf against OpenSSL's SHA3-256 of a long message, which permutes once for every 136 bytes and does little else.
#include <string.h>
#include "timing.h"

int rvr_keccakf(uint8_t *state);

static uint8_t state[200];

void ours(long calls) {
  while (calls-- > 0) rvr_keccakf(state);
}

#ifdef RIVAL
#include <openssl/evp.h>

enum { RATE = 136 };

static void sha3(const uint8_t *message, size_t length, uint8_t *digest) {
  static EVP_MD *kind;
  static EVP_MD_CTX *context;
  if (kind == NULL) {
    kind = EVP_MD_fetch(NULL, "SHA3-256", NULL);
    context = EVP_MD_CTX_new();
  }
  EVP_DigestInit_ex(context, kind, NULL);
  EVP_DigestUpdate(context, message, length);
  EVP_DigestFinal_ex(context, digest, NULL);
}

void theirs(long calls) {
  static uint8_t message[1000 * RATE], digest[32];
  for (long left; calls > 0; calls -= left) {
    left = calls < 1000 ? calls : 1000;
    sha3(message, (size_t)left * RATE - 1, digest); // the padding fills the last block
  }
}

int agree(void) {
  uint8_t sponge[200] = "abc", digest[32];
  sponge[3] = 0x06;
  sponge[RATE - 1] = 0x80;
  rvr_keccakf(sponge);
  sha3((const uint8_t *)"abc", 3, digest);
  return memcmp(sponge, digest, sizeof digest) == 0;
}
#endif
