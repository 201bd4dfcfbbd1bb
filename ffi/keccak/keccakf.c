// The permutation keccak-f[1600] (FIPS 202, 3.3) on 25 little-endian lanes of 64 bits.
//
// A round is written once, on the type `lane`. With AVX-512 a lane is the lower half of a 128-bit register: there are enough registers for the whole
// state then, and one instruction combines three lanes. Elsewhere it is a 64-bit integer.
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

#if defined __AVX512VL__
#include <immintrin.h>
typedef __m128i lane;
INLINE lane load(const uint8_t *at) { return _mm_loadl_epi64((const __m128i *)at); }
INLINE void store(uint8_t *at, lane a) { _mm_storel_epi64((__m128i *)at, a); }
INLINE lane xor2(lane a, lane b) { return _mm_xor_si128(a, b); }
INLINE lane xor3(lane a, lane b, lane c) { return _mm_ternarylogic_epi64(a, b, c, 0x96); }
INLINE lane chi(lane a, lane b, lane c) { return _mm_ternarylogic_epi64(a, b, c, 0xd2); } // a ^ (~b & c)
#define turn(a, by) _mm_rol_epi64(a, by)
#else
typedef uint64_t lane;
INLINE lane load(const uint8_t *at) { lane a; __builtin_memcpy(&a, at, 8); return a; }
INLINE void store(uint8_t *at, lane a) { __builtin_memcpy(at, &a, 8); }
INLINE lane xor2(lane a, lane b) { return a ^ b; }
INLINE lane xor3(lane a, lane b, lane c) { return a ^ b ^ c; }
INLINE lane chi(lane a, lane b, lane c) { return a ^ (~b & c); }
#define turn(a, by) ((a) << (by) | (a) >> (64 - (by)))
#endif

static const uint64_t constants[24] = {
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

// Five lanes of b = pi(rho(theta(a))) make row y of the next state: e = b ^ (~b[x + 1] & b[x + 2]).
#define ROW(y, b0, b1, b2, b3, b4) do { \
  lane p = b0, q = b1, r = b2, s = b3, t = b4; \
  e[5 * y] = chi(p, q, r); e[5 * y + 1] = chi(q, r, s); e[5 * y + 2] = chi(r, s, t); e[5 * y + 3] = chi(s, t, p); e[5 * y + 4] = chi(t, p, q); \
} while (0)
// Lane i after theta, and turned.
#define MIXED(i) xor2(a[i], d[(i) % 5])
#define TURNED(i, by) turn(MIXED(i), by)

INLINE void permute_round(lane *e, const lane *a, const uint64_t *constant) {
  lane c[5], d[5];
  c[0] = xor3(xor3(a[0], a[5], a[10]), a[15], a[20]);
  c[1] = xor3(xor3(a[1], a[6], a[11]), a[16], a[21]);
  c[2] = xor3(xor3(a[2], a[7], a[12]), a[17], a[22]);
  c[3] = xor3(xor3(a[3], a[8], a[13]), a[18], a[23]);
  c[4] = xor3(xor3(a[4], a[9], a[14]), a[19], a[24]);
  d[0] = xor2(c[4], turn(c[1], 1));
  d[1] = xor2(c[0], turn(c[2], 1));
  d[2] = xor2(c[1], turn(c[3], 1));
  d[3] = xor2(c[2], turn(c[4], 1));
  d[4] = xor2(c[3], turn(c[0], 1));
  ROW(0, MIXED(0), TURNED(6, 44), TURNED(12, 43), TURNED(18, 21), TURNED(24, 14));
  e[0] = xor2(e[0], load((const uint8_t *)constant));
  ROW(1, TURNED(3, 28), TURNED(9, 20), TURNED(10, 3), TURNED(16, 45), TURNED(22, 61));
  ROW(2, TURNED(1, 1), TURNED(7, 6), TURNED(13, 25), TURNED(19, 8), TURNED(20, 18));
  ROW(3, TURNED(4, 27), TURNED(5, 36), TURNED(11, 10), TURNED(17, 15), TURNED(23, 56));
  ROW(4, TURNED(2, 62), TURNED(8, 55), TURNED(14, 39), TURNED(15, 41), TURNED(21, 2));
}

int rvr_keccakf(uint8_t *state) {
  lane a[25], e[25];
#define EACH_LANE(do) do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15) do(16) do(17) do(18) do(19) do(20) do(21) do(22) do(23) do(24)
#define LOAD(i) a[i] = load(state + 8 * i);
#define STORE(i) store(state + 8 * i, a[i]);
  EACH_LANE(LOAD)
  for (int round = 0; round < 24; round += 2) {
    permute_round(e, a, &constants[round]);
    permute_round(a, e, &constants[round + 1]);
  }
  EACH_LANE(STORE)
  return 1;
}
