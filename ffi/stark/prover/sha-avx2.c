/* Chains of SHA-256's compression function with AVX2, LANES at once: word by word of as many rows. */
#include "cpu.h"

#ifdef STARK_X64
#include <immintrin.h>
#include "sha.h"

enum { LANES = 8 };
#define FOR_LANES __attribute__((target("avx2")))
#define LANE static inline __attribute__((always_inline)) FOR_LANES
typedef __m256i lanes;

LANE lanes all_quads(__m128i a) { return _mm256_broadcastsi128_si256(a); }
LANE lanes turn(lanes a, int by) { return _mm256_or_si256(_mm256_srli_epi32(a, by), _mm256_slli_epi32(a, 32 - by)); }
LANE lanes xor3(lanes a, lanes b, lanes c) { return _mm256_xor_si256(a, _mm256_xor_si256(b, c)); }
LANE lanes choice(lanes e, lanes f, lanes g) { return _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g))); }
LANE lanes majority(lanes a, lanes b, lanes c) { return _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b))); }
/* Four words from each of two rows, 4 rows apart. */
LANE lanes load_quads(const uint8_t *at, uint64_t pitch)
{
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)at)), _mm_loadu_si128((const __m128i *)(at + 4 * pitch)), 1);
}
LANE void store_quads(uint8_t *at, lanes a)
{
  _mm_storeu_si128((__m128i *)at, _mm256_castsi256_si128(a));
  _mm_storeu_si128((__m128i *)(at + 4 * HASH_DIGEST), _mm256_extracti128_si256(a, 1));
}

LANE lanes add(lanes a, lanes b) { return _mm256_add_epi32(a, b); }

/* Four rows of four words become columns, in each part of 128 bits. */
LANE void transpose(lanes a[4])
{
  const lanes low01 = _mm256_unpacklo_epi32(a[0], a[1]), high01 = _mm256_unpackhi_epi32(a[0], a[1]);
  const lanes low23 = _mm256_unpacklo_epi32(a[2], a[3]), high23 = _mm256_unpackhi_epi32(a[2], a[3]);
  a[0] = _mm256_unpacklo_epi64(low01, low23);
  a[1] = _mm256_unpackhi_epi64(low01, low23);
  a[2] = _mm256_unpacklo_epi64(high01, high23);
  a[3] = _mm256_unpackhi_epi64(high01, high23);
}

LANE void load_messages(lanes w[16], const uint8_t *rows, uint64_t pitch)
{
  const lanes swap = all_quads(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
  for (uint32_t quad = 0; quad < 4; quad++) {
    for (uint32_t row = 0; row < 4; row++) w[4 * quad + row] = _mm256_shuffle_epi8(load_quads(rows + 16 * quad + row * pitch, pitch), swap);
    transpose(w + 4 * quad);
  }
}

#define ROUND(a, b, c, d, e, f, g, h, wk) do { \
  const lanes sum = add(add(h, wk), add(choice(e, f, g), xor3(turn(e, 6), turn(e, 11), turn(e, 25)))); \
  d = add(d, sum); \
  h = add(sum, add(majority(a, b, c), xor3(turn(a, 2), turn(a, 13), turn(a, 22)))); \
} while (0)

LANE lanes next_word(const lanes w[16], uint32_t i)
{
  const lanes early = w[(i + 1) % 16], late = w[(i + 14) % 16];
  const lanes s0 = xor3(turn(early, 7), turn(early, 18), _mm256_srli_epi32(early, 3));
  const lanes s1 = xor3(turn(late, 17), turn(late, 19), _mm256_srli_epi32(late, 10));
  return add(add(w[i], s0), add(w[(i + 9) % 16], s1));
}

#define WK(i) add(w[i], _mm256_set1_epi32((int)sha_constants[from + (i)]))
#define EIGHT(i) \
  ROUND(a, b, c, d, e, f, g, h, WK(i)); ROUND(h, a, b, c, d, e, f, g, WK(i + 1)); \
  ROUND(g, h, a, b, c, d, e, f, WK(i + 2)); ROUND(f, g, h, a, b, c, d, e, WK(i + 3)); \
  ROUND(e, f, g, h, a, b, c, d, WK(i + 4)); ROUND(d, e, f, g, h, a, b, c, WK(i + 5)); \
  ROUND(c, d, e, f, g, h, a, b, WK(i + 6)); ROUND(b, c, d, e, f, g, h, a, WK(i + 7))

LANE void compress(lanes s[8], const uint8_t *rows, uint64_t pitch)
{
  lanes w[16], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  load_messages(w, rows, pitch);
  for (uint32_t from = 0; from < 64; from += 16) {
    if (from > 0) for (uint32_t i = 0; i < 16; i++) w[i] = next_word(w, i);
    EIGHT(0);
    EIGHT(8);
  }
  const lanes after[8] = { a, b, c, d, e, f, g, h };
  for (uint32_t i = 0; i < 8; i++) s[i] = add(s[i], after[i]);
}

FOR_LANES void sha_avx2(uint8_t *digests, const struct hash_state *iv, const uint8_t *rows, uint64_t pitch, uint64_t blocks, uint64_t count)
{
  for (; count >= LANES; count -= LANES, digests += LANES * HASH_DIGEST, rows += LANES * pitch) {
    lanes s[8];
    for (uint32_t i = 0; i < 8; i++) s[i] = _mm256_set1_epi32((int)iv->word[i]);
    for (uint64_t block = 0; block < blocks; block++) compress(s, rows + HASH_BLOCK * block, pitch);
    transpose(s);
    transpose(s + 4);
    for (uint32_t row = 0; row < 4; row++) {
      store_quads(digests + HASH_DIGEST * row, s[row]);
      store_quads(digests + HASH_DIGEST * row + 16, s[4 + row]);
    }
  }
  sha_portable(digests, iv, rows, pitch, blocks, count);
}
#endif
