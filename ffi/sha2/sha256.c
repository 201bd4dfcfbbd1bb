// The compression of SHA-256 (FIPS 180-4, 6.2.2): out = state after block. State words are little-endian, message words big-endian; out may overlap
// the others, because everything is read first. With the CPU's own SHA instructions where it has them.
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

static const uint32_t constants[64] __attribute__((aligned(16))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#if defined __SHA__ || (defined __aarch64__ && defined __ARM_FEATURE_SHA2)

#ifdef __SHA__
#include <immintrin.h>
typedef __m128i quad; // four words
INLINE quad load(const void *at) { return _mm_loadu_si128((const quad *)at); }
INLINE void store(void *at, quad a) { _mm_storeu_si128((quad *)at, a); }
INLINE quad add(quad a, quad b) { return _mm_add_epi32(a, b); }
INLINE quad load_message(const uint8_t *at) { return _mm_shuffle_epi8(load(at), _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203)); }

// The instructions want the words as f e b a and h g d c.
INLINE void load_state(const uint8_t *at, quad *s, quad *t) {
  quad abcd = load(at), efgh = load(at + 16);
  *s = _mm_shuffle_epi32(_mm_unpacklo_epi64(efgh, abcd), 0xb1);
  *t = _mm_shuffle_epi32(_mm_unpackhi_epi64(efgh, abcd), 0xb1);
}
INLINE void store_state(uint8_t *at, quad s, quad t) {
  quad efab = _mm_shuffle_epi32(s, 0xb1), ghcd = _mm_shuffle_epi32(t, 0xb1);
  store(at, _mm_unpackhi_epi64(efab, ghcd));
  store(at + 16, _mm_unpacklo_epi64(efab, ghcd));
}
INLINE void four_rounds(quad *s, quad *t, quad wk) {
  *t = _mm_sha256rnds2_epu32(*t, *s, wk);
  *s = _mm_sha256rnds2_epu32(*s, *t, _mm_shuffle_epi32(wk, 0x0e));
}
// The four message words after w, x, y, z.
INLINE quad next_words(quad w, quad x, quad y, quad z) {
  return _mm_sha256msg2_epu32(add(_mm_sha256msg1_epu32(w, x), _mm_alignr_epi8(z, y, 4)), z);
}
#else
#include <arm_neon.h>
typedef uint32x4_t quad; // four words
INLINE quad load(const void *at) { return vreinterpretq_u32_u8(vld1q_u8((const uint8_t *)at)); }
INLINE void store(void *at, quad a) { vst1q_u8((uint8_t *)at, vreinterpretq_u8_u32(a)); }
INLINE quad add(quad a, quad b) { return vaddq_u32(a, b); }
INLINE quad load_message(const uint8_t *at) { return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(at))); }
INLINE void load_state(const uint8_t *at, quad *s, quad *t) { *s = load(at); *t = load(at + 16); }
INLINE void store_state(uint8_t *at, quad s, quad t) { store(at, s); store(at + 16, t); }
INLINE void four_rounds(quad *s, quad *t, quad wk) {
  quad before = *s;
  *s = vsha256hq_u32(*s, *t, wk);
  *t = vsha256h2q_u32(*t, before, wk);
}
// The four message words after w, x, y, z.
INLINE quad next_words(quad w, quad x, quad y, quad z) { return vsha256su1q_u32(vsha256su0q_u32(w, x), y, z); }
#endif

int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block) {
  quad s0, t0, s, t;
  load_state(state, &s0, &t0);
  s = s0, t = t0;
  quad w = load_message(block), x = load_message(block + 16), y = load_message(block + 32), z = load_message(block + 48);
#define FOUR(at, w) four_rounds(&s, &t, add(w, load(&constants[at])))
#define SIXTEEN(at) \
  FOUR(at, w); w = next_words(w, x, y, z); FOUR(at + 4, x); x = next_words(x, y, z, w); \
  FOUR(at + 8, y); y = next_words(y, z, w, x); FOUR(at + 12, z); z = next_words(z, w, x, y)
  SIXTEEN(0); SIXTEEN(16); SIXTEEN(32);
  FOUR(48, w); FOUR(52, x); FOUR(56, y); FOUR(60, z);
  store_state(out, add(s, s0), add(t, t0));
  return 1;
}

#else

// The rounds are a chain that leaves the CPU's vector units idle, so these compute the message words, four at a time and sixteen rounds ahead.
typedef uint32_t quad __attribute__((vector_size(16)));
typedef uint32_t word __attribute__((aligned(1), may_alias));

INLINE uint32_t turn(uint32_t a, int by) { return a >> by | a << (32 - by); }
INLINE quad turn_quad(quad a, int by) { return a >> by | a << (32 - by); }
INLINE quad sigma1(quad a) { return turn_quad(a, 17) ^ turn_quad(a, 19) ^ a >> 10; }
INLINE uint32_t message_word(const uint8_t *at) { return __builtin_bswap32(*(const word *)at); }
INLINE quad load_message(const uint8_t *at) { return (quad){ message_word(at), message_word(at + 4), message_word(at + 8), message_word(at + 12) }; }

// The four message words after w, x, y, z. The last two of them depend on the first two.
INLINE quad next_words(quad w, quad x, quad y, quad z) {
  const quad zero = { 0 };
  quad early = __builtin_shufflevector(w, x, 1, 2, 3, 4), middle = __builtin_shufflevector(y, z, 1, 2, 3, 4);
  quad next = w + (turn_quad(early, 7) ^ turn_quad(early, 18) ^ early >> 3) + middle;
  next += sigma1(__builtin_shufflevector(z, zero, 2, 3, 4, 4));
  return next + sigma1(__builtin_shufflevector(next, zero, 4, 4, 0, 1));
}

// A round changes two of the eight words, d and h; the next round sees them renamed. bc is b ^ c, which was a ^ b a round ago.
#define ROUND(a, b, c, d, e, f, g, h, wk) do { \
  uint32_t sum1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25), ab = a ^ b; \
  h += (wk); h += g ^ (e & (f ^ g)); \
  h += sum1; d += h; \
  h += b ^ (ab & bc); h += turn(a, 2) ^ turn(a, 13) ^ turn(a, 22); \
  bc = ab; \
} while (0)
// Eight rounds on two quads of message words plus constants.
#define EIGHT(i, BETWEEN) \
  ROUND(a, b, c, d, e, f, g, h, wk[i][0]); ROUND(h, a, b, c, d, e, f, g, wk[i][1]); \
  ROUND(g, h, a, b, c, d, e, f, wk[i][2]); ROUND(f, g, h, a, b, c, d, e, wk[i][3]); BETWEEN(i); \
  ROUND(e, f, g, h, a, b, c, d, wk[i + 1][0]); ROUND(d, e, f, g, h, a, b, c, wk[i + 1][1]); \
  ROUND(c, d, e, f, g, h, a, b, wk[i + 1][2]); ROUND(b, c, d, e, f, g, h, a, wk[i + 1][3]); BETWEEN(i + 1)
#define PREPARE(i) w[i] = next_words(w[i], w[(i + 1) % 4], w[(i + 2) % 4], w[(i + 3) % 4]); wk[i] = w[i] + k[i]
#define NOTHING(i) (void)0

int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block) {
  const quad *k = (const quad *)constants;
  quad w[4], wk[4]; // message words; the same plus constants
  uint32_t before[8];
  for (int i = 0; i < 8; i++) before[i] = *(const word *)(state + 4 * i);
  for (int i = 0; i < 4; i++) wk[i] = (w[i] = load_message(block + 16 * i)) + k[i];
  uint32_t a = before[0], b = before[1], c = before[2], d = before[3], e = before[4], f = before[5], g = before[6], h = before[7], bc = b ^ c;
  for (int sixteen = 0; sixteen < 3; sixteen++) { k += 4; EIGHT(0, PREPARE); EIGHT(2, PREPARE); }
  EIGHT(0, NOTHING); EIGHT(2, NOTHING);
  uint32_t after[8] = { a, b, c, d, e, f, g, h };
  for (int i = 0; i < 8; i++) *(word *)(out + 4 * i) = before[i] + after[i];
  return 1;
}

#endif
