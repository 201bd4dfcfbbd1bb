/* Chains of SHA-256's compression function by the CPU's own instructions: two at once, for each waits for itself. */
#include "cpu.h"

#ifdef STARK_X64
#include <immintrin.h>
#include "sha.h"

#define FOR_SHA __attribute__((target("avx2,sha")))
#define INLINE static inline __attribute__((always_inline)) FOR_SHA
typedef __m128i quad; /* four words */

INLINE quad load(const void *at) { return _mm_loadu_si128((const quad *)at); }
INLINE void store(void *at, quad a) { _mm_storeu_si128((quad *)at, a); }
INLINE quad load_message(const uint8_t *at)
{
  return _mm_shuffle_epi8(load(at), _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

/* The instructions want the words as f e b a and h g d c. */
struct chain { quad feba, hgdc; };
INLINE struct chain chain_from(const struct hash_state *state)
{
  const quad abcd = load(state->word), efgh = load(state->word + 4);
  return (struct chain){ _mm_shuffle_epi32(_mm_unpacklo_epi64(efgh, abcd), 0xb1), _mm_shuffle_epi32(_mm_unpackhi_epi64(efgh, abcd), 0xb1) };
}
INLINE void chain_to(uint8_t *digest, struct chain c)
{
  const quad efab = _mm_shuffle_epi32(c.feba, 0xb1), ghcd = _mm_shuffle_epi32(c.hgdc, 0xb1);
  store(digest, _mm_unpackhi_epi64(efab, ghcd));
  store(digest + 16, _mm_unpacklo_epi64(efab, ghcd));
}
INLINE struct chain four_rounds(struct chain c, quad wk)
{
  c.hgdc = _mm_sha256rnds2_epu32(c.hgdc, c.feba, wk);
  c.feba = _mm_sha256rnds2_epu32(c.feba, c.hgdc, _mm_shuffle_epi32(wk, 0x0e));
  return c;
}
/* The four message words after w, x, y, z. */
INLINE quad next_words(quad w, quad x, quad y, quad z)
{
  return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w, x), _mm_alignr_epi8(z, y, 4)), z);
}

#define FOUR(at, w) \
  k = load(&sha_constants[at]); \
  c = four_rounds(c, _mm_add_epi32(w##0, k)); \
  d = four_rounds(d, _mm_add_epi32(w##1, k))
#define NEXT(w, x, y, z) \
  w##0 = next_words(w##0, x##0, y##0, z##0); \
  w##1 = next_words(w##1, x##1, y##1, z##1)
#define SIXTEEN(at) \
  FOUR(at, w); NEXT(w, x, y, z); FOUR(at + 4, x); NEXT(x, y, z, w); \
  FOUR(at + 8, y); NEXT(y, z, w, x); FOUR(at + 12, z); NEXT(z, w, x, y)

FOR_SHA static void two(uint8_t *first, uint8_t *second, const struct hash_state *iv, const uint8_t *a, const uint8_t *b, uint64_t blocks)
{
  struct chain c = chain_from(iv), d = c;
  for (; blocks > 0; blocks--, a += HASH_BLOCK, b += HASH_BLOCK) {
    const struct chain c0 = c, d0 = d;
    quad k, w0 = load_message(a), x0 = load_message(a + 16), y0 = load_message(a + 32), z0 = load_message(a + 48);
    quad w1 = load_message(b), x1 = load_message(b + 16), y1 = load_message(b + 32), z1 = load_message(b + 48);
    SIXTEEN(0);
    SIXTEEN(16);
    SIXTEEN(32);
    FOUR(48, w);
    FOUR(52, x);
    FOUR(56, y);
    FOUR(60, z);
    c = (struct chain){ _mm_add_epi32(c.feba, c0.feba), _mm_add_epi32(c.hgdc, c0.hgdc) };
    d = (struct chain){ _mm_add_epi32(d.feba, d0.feba), _mm_add_epi32(d.hgdc, d0.hgdc) };
  }
  chain_to(first, c);
  chain_to(second, d);
}

FOR_SHA void sha_ni(uint8_t *digests, const struct hash_state *iv, const uint8_t *rows, uint64_t pitch, uint64_t blocks, uint64_t count)
{
  for (; count > 0; digests += 2 * HASH_DIGEST, rows += 2 * pitch) {
    const uint64_t other = count > 1;
    two(digests, digests + other * HASH_DIGEST, iv, rows, rows + other * pitch, blocks);
    count -= 1 + other;
  }
}
#endif
