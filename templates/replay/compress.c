/* Chains of SHA-256's compression function, which archives are hashed with. */
#include "engine.h"

int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block);

EXPORT void rvr_trace_compress(uint8_t *state, const uint8_t *bytes, uint64_t blocks)
{
  for (; blocks != 0; blocks--, bytes += 64) rvr_sha256(state, state, bytes);
}
