/*
 * Arithmetic modulo one odd number of up to 384 bits. The including file first defines the modulus as constants
 * (src/extensions/field/constants.ts writes them), so each modulus has its own compiled copy.
 *
 *   struct fe                an element: FIELD_LIMBS words, least significant first, always canonical (below the modulus)
 *   fe_load(bytes)           FIELD_BYTES little-endian bytes at any address, reduced
 *   fe_store(bytes, a)       the canonical element as FIELD_BYTES little-endian bytes
 *   fe_zero() fe_one()       fe_is_zero(a) fe_eq(a, b): 1 or 0
 *   fe_add fe_sub fe_mul     of two elements      fe_neg fe_double fe_sqr  of one
 *   fe_inv(&r, a)            r = 1/a; answers 0 and leaves r alone where a has no inverse (0, or a common factor)
 *   fe_div(&r, a, b)         r = a/b; the same price and answer as fe_inv
 *   fe_is_modulus(bytes)     1 when the FIELD_BYTES bytes are exactly the modulus
 *
 * There is no other representation: products are reduced by folding or by a precomputed reciprocal, so an operation on memory
 * converts nothing on its way in and out. Sums of products need one reduction for all of them:
 *
 *   struct fe_wide           an unreduced product, below modulus * 2^(64 * FIELD_LIMBS)
 *   fe_mul_wide fe_sqr_wide  of elements          fe_wide_add fe_wide_sub  of products, modulo the modulus
 *   fe_reduce(w)             the element
 *   e.g. fe_reduce(fe_wide_sub(fe_mul_wide(a, b), fe_mul_wide(c, d))) is a*b - c*d
 *
 * Values are not secret: fe_inv and fe_load take variable time.
 */

#include "words.h"

struct fe { uint64_t v[FIELD_LIMBS]; };
struct fe_wide { uint64_t v[2 * FIELD_LIMBS]; };

INLINE struct fe fe_zero(void) {
  struct fe r;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = 0;
  return r;
}

INLINE struct fe fe_one(void) {
  struct fe r = fe_zero();
  r.v[0] = 1;
  return r;
}

INLINE int fe_is_zero(struct fe a) {
  uint64_t any = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) any |= a.v[i];
  return any == 0;
}

INLINE int fe_eq(struct fe a, struct fe b) {
  uint64_t differ = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) differ |= a.v[i] ^ b.v[i];
  return differ == 0;
}

/* `high` * 2^(64 * FIELD_LIMBS) + a, minus `multiple` (FIELD_P or FIELD_2P) where that is not negative */
INLINE struct fe fe_subtract_once(struct fe a, uint64_t *high, const uint64_t *multiple) {
  struct fe r;
  unsigned char borrow = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = word_sub(a.v[i], multiple[i], &borrow);
  uint64_t rest = word_sub(*high, multiple[FIELD_LIMBS], &borrow);
  uint64_t keep = -(uint64_t)borrow;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] ^= (r.v[i] ^ a.v[i]) & keep;
  *high = rest ^ ((rest ^ *high) & keep);
  return r;
}

INLINE struct fe fe_add(struct fe a, struct fe b) {
  struct fe r;
  unsigned char carry = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = word_add(a.v[i], b.v[i], &carry);
  uint64_t high = carry;
  return fe_subtract_once(r, &high, FIELD_P);
}

INLINE struct fe fe_double(struct fe a) {
  return fe_add(a, a);
}

INLINE struct fe fe_sub(struct fe a, struct fe b) {
  struct fe r;
  unsigned char borrow = 0, carry = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = word_sub(a.v[i], b.v[i], &borrow);
  uint64_t below = -(uint64_t)borrow;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = word_add(r.v[i], FIELD_P[i] & below, &carry);
  return r;
}

INLINE struct fe fe_neg(struct fe a) {
  return fe_sub(fe_zero(), a);
}

INLINE struct fe_wide fe_mul_wide(struct fe a, struct fe b) {
  struct fe_wide r;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) {
    uint64_t high = 0;
#pragma GCC unroll 8
    for (int j = 0; j < FIELD_LIMBS; j++) r.v[i + j] = word_mul_add(a.v[i], b.v[j], r.v[i + j], &high);
    r.v[i + FIELD_LIMBS] = high;
  }
  return r;
}

/* Each product of two different words once, doubled, plus the squares. */
INLINE struct fe_wide fe_sqr_wide(struct fe a) {
  struct fe_wide r;
#pragma GCC unroll 16
  for (int i = 0; i < 2 * FIELD_LIMBS; i++) r.v[i] = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS - 1; i++) {
    uint64_t high = 0;
#pragma GCC unroll 8
    for (int j = i + 1; j < FIELD_LIMBS; j++) r.v[i + j] = word_mul_add(a.v[i], a.v[j], r.v[i + j], &high);
    r.v[i + FIELD_LIMBS] = high;
  }
  uint64_t out = 0;
  unsigned char carry = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) {
    u128 square = (u128)a.v[i] * a.v[i];
    uint64_t low = r.v[2 * i] << 1 | out, high = r.v[2 * i + 1] << 1 | r.v[2 * i] >> 63;
    out = r.v[2 * i + 1] >> 63;
    r.v[2 * i] = word_add(low, (uint64_t)square, &carry);
    r.v[2 * i + 1] = word_add(high, (uint64_t)(square >> 64), &carry);
  }
  return r;
}

INLINE struct fe fe_upper(struct fe_wide a) {
  struct fe r;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = a.v[FIELD_LIMBS + i];
  return r;
}

INLINE struct fe_wide fe_wide_add(struct fe_wide a, struct fe_wide b) {
  struct fe upper;
  unsigned char carry = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) a.v[i] = word_add(a.v[i], b.v[i], &carry);
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) upper.v[i] = word_add(a.v[FIELD_LIMBS + i], b.v[FIELD_LIMBS + i], &carry);
  uint64_t high = carry;
  upper = fe_subtract_once(upper, &high, FIELD_P);
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) a.v[FIELD_LIMBS + i] = upper.v[i];
  return a;
}

INLINE struct fe_wide fe_wide_sub(struct fe_wide a, struct fe_wide b) {
  unsigned char borrow = 0, carry = 0;
#pragma GCC unroll 16
  for (int i = 0; i < 2 * FIELD_LIMBS; i++) a.v[i] = word_sub(a.v[i], b.v[i], &borrow);
  uint64_t below = -(uint64_t)borrow;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) a.v[FIELD_LIMBS + i] = word_add(a.v[FIELD_LIMBS + i], FIELD_P[i] & below, &carry);
  return a;
}

/* Modulus 2^FIELD_BITS - d with small d: 2^(64 * FIELD_LIMBS) is FIELD_FOLD, a single word. Any value of 2 * FIELD_LIMBS words. */
INLINE struct fe fe_reduce_folding(struct fe_wide a) {
  struct fe r;
  uint64_t high = 0;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] = word_mul_add(a.v[FIELD_LIMBS + i], FIELD_FOLD, a.v[i], &high);
  u128 more = (u128)high * FIELD_FOLD;
  unsigned char carry = 0;
  r.v[0] = word_add(r.v[0], (uint64_t)more, &carry);
  r.v[1] = word_add(r.v[1], (uint64_t)(more >> 64), &carry);
#pragma GCC unroll 8
  for (int i = 2; i < FIELD_LIMBS; i++) r.v[i] = word_add(r.v[i], 0, &carry);
  if (FIELD_BITS == 64 * FIELD_LIMBS) {
    /* A carry stands for FIELD_FOLD; without one, the modulus has to go where adding FIELD_FOLD carries. Both end in r + FIELD_FOLD. */
    struct fe t;
    unsigned char over = 0;
    t.v[0] = word_add(r.v[0], FIELD_FOLD, &over);
#pragma GCC unroll 8
    for (int i = 1; i < FIELD_LIMBS; i++) t.v[i] = word_add(r.v[i], 0, &over);
    uint64_t take = -(uint64_t)(carry | over);
#pragma GCC unroll 8
    for (int i = 0; i < FIELD_LIMBS; i++) r.v[i] ^= (r.v[i] ^ t.v[i]) & take;
    return r;
  }
  const int spare = 64 * FIELD_LIMBS - FIELD_BITS & 63;
  uint64_t top = (uint64_t)carry << spare | r.v[FIELD_LIMBS - 1] >> (64 - spare & 63);
  r.v[FIELD_LIMBS - 1] &= ~(uint64_t)0 >> spare;
  more = (u128)top * (FIELD_FOLD >> spare);
  carry = 0;
  r.v[0] = word_add(r.v[0], (uint64_t)more, &carry);
  r.v[1] = word_add(r.v[1], (uint64_t)(more >> 64), &carry);
#pragma GCC unroll 8
  for (int i = 2; i < FIELD_LIMBS; i++) r.v[i] = word_add(r.v[i], 0, &carry);
  high = 0;
  return fe_subtract_once(r, &high, FIELD_P);
}

/*
 * Any modulus, by its reciprocal: FIELD_RECIPROCAL = floor(2^(FIELD_BITS + 64 * FIELD_LIMBS) / p) - 2^(64 * FIELD_LIMBS).
 * With h = floor(a / 2^FIELD_BITS), q = h + floor(h * FIELD_RECIPROCAL / 2^(64 * FIELD_LIMBS)) is at most 3 below floor(a / p):
 * a / p - q < t + 1/t + 1 for t = 2^FIELD_BITS / p in (1, 2), plus what the words left out of the product add (less than 2^-60).
 * So a - q * p is below 4p.
 */
INLINE struct fe fe_reduce_reciprocal(struct fe_wide a) {
  enum { N = FIELD_LIMBS, WORDS = FIELD_BITS / 64, BITS = FIELD_BITS % 64 };
  uint64_t h[FIELD_LIMBS], q[FIELD_LIMBS], m[FIELD_LIMBS + 1], t[2 * FIELD_LIMBS];
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) {
    uint64_t above = i + WORDS + 1 < 2 * N ? a.v[i + WORDS + 1] : 0;
    h[i] = BITS == 0 ? a.v[i + WORDS] : a.v[i + WORDS] >> BITS | above << (64 - BITS & 63);
  }
  /* words N … 2N-1 of h * FIELD_RECIPROCAL, without products that lie two words or more below them */
#pragma GCC unroll 16
  for (int i = 0; i < 2 * N; i++) t[i] = 0;
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) {
    uint64_t high = 0;
#pragma GCC unroll 8
    for (int j = N - 2 - i < 0 ? 0 : N - 2 - i; j < N; j++) t[i + j] = word_mul_add(h[i], FIELD_RECIPROCAL[j], t[i + j], &high);
    t[i + N] = high;
  }
  unsigned char carry = 0, borrow = 0;
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) q[i] = word_add(h[i], t[N + i], &carry);
  /* the rest needs one word more only where 4p does not fit */
#pragma GCC unroll 8
  for (int i = 0; i <= N; i++) m[i] = 0;
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) {
    uint64_t high = 0;
#pragma GCC unroll 8
    for (int j = 0; j < N - i; j++) m[i + j] = word_mul_add(q[i], FIELD_P[j], m[i + j], &high);
    m[N] += high;
    if (i > 0) m[N] += q[i] * FIELD_P[N - i];
  }
  struct fe r;
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) r.v[i] = word_sub(a.v[i], m[i], &borrow);
  uint64_t high = FIELD_BITS + 2 > 64 * N ? word_sub(a.v[N], m[N], &borrow) : 0;
  r = fe_subtract_once(r, &high, FIELD_2P);
  return fe_subtract_once(r, &high, FIELD_P);
}

INLINE struct fe fe_reduce(struct fe_wide a) {
  return FIELD_FOLD != 0 ? fe_reduce_folding(a) : fe_reduce_reciprocal(a);
}

INLINE struct fe fe_mul(struct fe a, struct fe b) {
  return fe_reduce(fe_mul_wide(a, b));
}

INLINE struct fe fe_sqr(struct fe a) {
  return fe_reduce(fe_sqr_wide(a));
}

/* For operands that are not canonical, which is rare. */
static __attribute__((noinline, cold)) void fe_canonical(struct fe *a) {
  struct fe_wide w;
  for (int i = 0; i < FIELD_LIMBS; i++) w.v[i] = a->v[i], w.v[FIELD_LIMBS + i] = 0;
  *a = fe_reduce(w);
}

INLINE struct fe fe_load_raw(const uint8_t *bytes) {
  struct fe r;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) __builtin_memcpy(&r.v[i], bytes + 8 * i, 8);
  return r;
}

INLINE struct fe fe_load(const uint8_t *bytes) {
  struct fe r = fe_load_raw(bytes);
  if (__builtin_expect(r.v[FIELD_LIMBS - 1] >= FIELD_P[FIELD_LIMBS - 1], 0)) {
    unsigned char borrow = 0;
#pragma GCC unroll 8
    for (int i = 0; i < FIELD_LIMBS; i++) word_sub(r.v[i], FIELD_P[i], &borrow);
    if (!borrow) fe_canonical(&r);
  }
  return r;
}

INLINE void fe_store(uint8_t *bytes, struct fe a) {
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) __builtin_memcpy(bytes + 8 * i, &a.v[i], 8);
}

INLINE int fe_is_modulus(const uint8_t *bytes) {
  struct fe a = fe_load_raw(bytes), p;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) p.v[i] = FIELD_P[i];
  return fe_eq(a, p);
}

#include "field_inverse.h"
