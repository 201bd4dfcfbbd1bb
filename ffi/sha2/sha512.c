// The compression of SHA-512 (FIPS 180-4, 6.4.2): out = state after block. State words are little-endian, message words big-endian; out may overlap
// the others, because everything is read first.
//
// The rounds are a chain that leaves the CPU's vector units idle, so these compute the message words, two at a time and sixteen rounds ahead.
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

typedef uint64_t pair __attribute__((vector_size(16)));
typedef pair pair_anywhere __attribute__((aligned(1), may_alias));
typedef uint64_t word __attribute__((aligned(1), may_alias));
typedef uint8_t bytes __attribute__((vector_size(16)));

static const pair constants[40] = {
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

INLINE uint64_t turn(uint64_t a, int by) { return a >> by | a << (64 - by); }
INLINE pair turn_pair(pair a, int by) { return a >> by | a << (64 - by); }
INLINE pair second_and_first(pair a, pair b) { return __builtin_shufflevector(a, b, 1, 2); }

INLINE pair load_message(const uint8_t *at) {
  return (pair){ __builtin_bswap64(*(const word *)at), __builtin_bswap64(*(const word *)(at + 8)) };
}

// Message words t and t + 1, from those at t - 16, t - 15, t - 7 and t - 2.
INLINE pair next_words(pair before16, pair before15, pair before7, pair before2) {
  pair sigma0 = turn_pair(before15, 1) ^ turn_pair(before15, 8) ^ before15 >> 7;
  pair sigma1 = turn_pair(before2, 19) ^ turn_pair(before2, 61) ^ before2 >> 6;
  return before16 + sigma0 + before7 + sigma1;
}

// A round changes two of the eight words, d and h; the next round sees them renamed. bc is b ^ c, which was a ^ b a round ago.
#define ROUND(a, b, c, d, e, f, g, h, wk) do { \
  uint64_t sum1 = turn(e, 14) ^ turn(e, 18) ^ turn(e, 41), ab = a ^ b; \
  h += (wk); h += g ^ (e & (f ^ g)); \
  h += sum1; d += h; \
  h += b ^ (ab & bc); h += turn(a, 28) ^ turn(a, 34) ^ turn(a, 39); \
  bc = ab; \
} while (0)
// Two rounds, with BETWEEN(i): what becomes of message words 2i and 2i + 1 of sixteen.
#define TWO(a, b, c, d, e, f, g, h, i, BETWEEN) do { \
  ROUND(a, b, c, d, e, f, g, h, wk[i][0]); ROUND(h, a, b, c, d, e, f, g, wk[i][1]); BETWEEN(i); \
} while (0)
#define SIXTEEN(BETWEEN) \
  TWO(a, b, c, d, e, f, g, h, 0, BETWEEN); TWO(g, h, a, b, c, d, e, f, 1, BETWEEN); \
  TWO(e, f, g, h, a, b, c, d, 2, BETWEEN); TWO(c, d, e, f, g, h, a, b, 3, BETWEEN); \
  TWO(a, b, c, d, e, f, g, h, 4, BETWEEN); TWO(g, h, a, b, c, d, e, f, 5, BETWEEN); \
  TWO(e, f, g, h, a, b, c, d, 6, BETWEEN); TWO(c, d, e, f, g, h, a, b, 7, BETWEEN)
#define PREPARE(i) do { \
  w[i] = next_words(w[i], second_and_first(w[i], w[(i + 1) % 8]), second_and_first(w[(i + 4) % 8], w[(i + 5) % 8]), w[(i + 7) % 8]); \
  wk[i] = w[i] + k[i]; \
} while (0)
#define NOTHING(i) (void)0

int rvr_sha512(uint8_t *out, const uint8_t *state, const uint8_t *block) {
  pair w[8];
  pair wk[8]; // message words plus constants: through memory from the vector registers to the others
  uint64_t before[8];
  for (int i = 0; i < 8; i++) before[i] = *(const word *)(state + 8 * i);
  for (int i = 0; i < 8; i++) wk[i] = (w[i] = load_message(block + 16 * i)) + constants[i];
  uint64_t a = before[0], b = before[1], c = before[2], d = before[3], e = before[4], f = before[5], g = before[6], h = before[7], bc = b ^ c;
  for (const pair *k = constants + 8; k < constants + 40; k += 8) { SIXTEEN(PREPARE); }
  SIXTEEN(NOTHING);
  uint64_t after[8] = { a, b, c, d, e, f, g, h };
  for (int i = 0; i < 8; i++) *(word *)(out + 8 * i) = before[i] + after[i];
  return 1;
}
