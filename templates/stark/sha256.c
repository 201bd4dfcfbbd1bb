/* SHA-256's compression function: by the CPU's own instructions where it has them, whatever the library is compiled for. */
#include <stdint.h>

int rvr_sha256_plain(uint8_t *out, const uint8_t *state, const uint8_t *block);
int rvr_sha256_own(uint8_t *out, const uint8_t *state, const uint8_t *block);

static int (*chosen)(uint8_t *out, const uint8_t *state, const uint8_t *block) = rvr_sha256_plain;

#ifdef __x86_64__
#include <cpuid.h>

enum { SSE41 = 1 << 19, SHA = 1 << 29 };

__attribute__((constructor)) static void choose(void)
{
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & SSE41)) return;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & SHA)) chosen = rvr_sha256_own;
}
#endif

int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block) { return chosen(out, state, block); }
