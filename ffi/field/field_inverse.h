/*
 * Division modulo FIELD_P: the greatest common divisor by division steps (Bernstein and Yang, "Fast constant-time gcd computation and
 * modular inversion", 2019), in variable time. 62 steps at a time run on the lowest words of f and g and give a matrix of
 * 62-bit numbers, which is then applied to f and g whole, and modulo FIELD_P to d and e, with d * b = f * a and e * b = g * a throughout.
 * Numbers are FIELD_DIGITS signed digits of 62 bits, all but the highest in 0 … 2^62-1.
 */

struct fe_signed { int64_t v[FIELD_DIGITS]; };
struct fe_steps { int64_t u, v, q, r; };

static const uint64_t FE_DIGIT = ~(uint64_t)0 >> 2;

INLINE struct fe_signed fe_to_digits(struct fe a) {
  struct fe_signed r;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_DIGITS; i++) {
    int word = 62 * i / 64, shift = 62 * i % 64;
    uint64_t low = word < FIELD_LIMBS ? a.v[word] >> shift : 0;
    uint64_t high = word + 1 < FIELD_LIMBS && shift > 2 ? a.v[word + 1] << (64 - shift & 63) : 0;
    r.v[i] = (int64_t)((low | high) & FE_DIGIT);
  }
  return r;
}

INLINE struct fe fe_from_digits(struct fe_signed a) {
  struct fe r;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) {
    int digit = 64 * i / 62, shift = 64 * i % 62;
    r.v[i] = (uint64_t)a.v[digit] >> shift | (uint64_t)a.v[digit + 1] << (62 - shift);
  }
  return r;
}

/* 62 division steps; `eta` is minus the paper's delta. Runs of even g are one step, odd g lose up to 6 bits at once. */
INLINE int64_t fe_run_steps(int64_t eta, uint64_t f, uint64_t g, struct fe_steps *t) {
  uint64_t u = 1, v = 0, q = 0, r = 1;
  int left = 62;
  for (;;) {
    int zeros = __builtin_ctzll(g | ~(uint64_t)0 << left);
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    if (eta < 0) {
      uint64_t swap;
      eta = -eta;
      swap = f, f = g, g = -swap;
      swap = u, u = q, q = -swap;
      swap = v, v = r, r = -swap;
    }
    /* No more than eta + 1 steps until f and g change places again, and no more than are left. f * (2 - f * f) is 1 / f modulo 64. */
    int most = eta + 1 < left ? (int)eta + 1 : left;
    uint64_t w = g * f * (f * f - 2) & 63 & ~(uint64_t)0 >> (64 - most & 63);
    g += f * w;
    q += u * w;
    r += v * w;
  }
  t->u = (int64_t)u;
  t->v = (int64_t)v;
  t->q = (int64_t)q;
  t->r = (int64_t)r;
  return eta;
}

/* f, g = (u f + v g, q f + r g) / 2^62 on `length` digits; both divisions are exact. */
INLINE void fe_apply(struct fe_signed *f, struct fe_signed *g, const struct fe_steps *t, int length) {
  i128 cf = (i128)t->u * f->v[0] + (i128)t->v * g->v[0];
  i128 cg = (i128)t->q * f->v[0] + (i128)t->r * g->v[0];
  cf >>= 62;
  cg >>= 62;
  for (int i = 1; i < length; i++) {
    int64_t fi = f->v[i], gi = g->v[i];
    cf += (i128)t->u * fi + (i128)t->v * gi;
    cg += (i128)t->q * fi + (i128)t->r * gi;
    f->v[i - 1] = (int64_t)((uint64_t)cf & FE_DIGIT);
    g->v[i - 1] = (int64_t)((uint64_t)cg & FE_DIGIT);
    cf >>= 62;
    cg >>= 62;
  }
  f->v[length - 1] = (int64_t)cf;
  g->v[length - 1] = (int64_t)cg;
}

/* d, e = (u d + v e, q d + r e) / 2^62 modulo p; both stay in (-2p, p): what is added makes the lowest digit 0 and the sum not too small. */
INLINE void fe_apply_modular(struct fe_signed *d, struct fe_signed *e, const struct fe_steps *t) {
  int64_t d_negative = d->v[FIELD_DIGITS - 1] >> 63, e_negative = e->v[FIELD_DIGITS - 1] >> 63;
  int64_t md = (t->u & d_negative) + (t->v & e_negative), me = (t->q & d_negative) + (t->r & e_negative);
  i128 cd = (i128)t->u * d->v[0] + (i128)t->v * e->v[0];
  i128 ce = (i128)t->q * d->v[0] + (i128)t->r * e->v[0];
  md -= (int64_t)((FIELD_INVERSE * (uint64_t)cd + (uint64_t)md) & FE_DIGIT);
  me -= (int64_t)((FIELD_INVERSE * (uint64_t)ce + (uint64_t)me) & FE_DIGIT);
  cd += (i128)FIELD_P_DIGITS[0] * md;
  ce += (i128)FIELD_P_DIGITS[0] * me;
  cd >>= 62;
  ce >>= 62;
#pragma GCC unroll 8
  for (int i = 1; i < FIELD_DIGITS; i++) {
    int64_t di = d->v[i], ei = e->v[i];
    cd += (i128)t->u * di + (i128)t->v * ei + (i128)FIELD_P_DIGITS[i] * md;
    ce += (i128)t->q * di + (i128)t->r * ei + (i128)FIELD_P_DIGITS[i] * me;
    d->v[i - 1] = (int64_t)((uint64_t)cd & FE_DIGIT);
    e->v[i - 1] = (int64_t)((uint64_t)ce & FE_DIGIT);
    cd >>= 62;
    ce >>= 62;
  }
  d->v[FIELD_DIGITS - 1] = (int64_t)cd;
  e->v[FIELD_DIGITS - 1] = (int64_t)ce;
}

/* d (negated when `negate` is -1) from (-2p, p) to 0 … p-1 */
INLINE struct fe fe_settle(struct fe_signed d, int64_t negate) {
  for (int round = 0; round < 2; round++) {
    int64_t below = d.v[FIELD_DIGITS - 1] >> 63, carry = 0;
    for (int i = 0; i < FIELD_DIGITS; i++) {
      int64_t digit = d.v[i] + (FIELD_P_DIGITS[i] & below);
      if (round == 0) digit = (digit ^ negate) - negate;
      carry += digit;
      d.v[i] = i < FIELD_DIGITS - 1 ? (int64_t)((uint64_t)carry & FE_DIGIT) : carry;
      carry >>= 62;
    }
  }
  return fe_from_digits(d);
}

static __attribute__((noinline)) int fe_div_to(struct fe *result, const struct fe *a, const struct fe *b) {
  struct fe_signed f, g = fe_to_digits(*b), d = {{0}}, e = fe_to_digits(*a);
  int length = FIELD_DIGITS;
  int64_t eta = -1;
  for (int i = 0; i < FIELD_DIGITS; i++) f.v[i] = FIELD_P_DIGITS[i];
  for (;;) {
    struct fe_steps t;
    eta = fe_run_steps(eta, (uint64_t)f.v[0] | (uint64_t)f.v[1] << 62, (uint64_t)g.v[0] | (uint64_t)g.v[1] << 62, &t);
    fe_apply_modular(&d, &e, &t);
    fe_apply(&f, &g, &t, length);
    if (g.v[0] == 0) {
      int64_t any = 0;
      for (int i = 1; i < length; i++) any |= g.v[i];
      if (any == 0) break;
    }
    /* A highest digit that is only a sign moves into the one below. */
    int64_t fn = f.v[length - 1], gn = g.v[length - 1];
    if (length > 2 && (fn ^ fn >> 63 | gn ^ gn >> 63) == 0) {
      length--;
      f.v[length - 1] |= (int64_t)((uint64_t)fn << 62);
      g.v[length - 1] |= (int64_t)((uint64_t)gn << 62);
    }
  }
  /* f is now 1 or -1 when b was invertible */
  int64_t sign = f.v[length - 1] >> 63, differ = f.v[0] ^ (sign == 0 ? 1 : length > 1 ? (int64_t)FE_DIGIT : -1);
  for (int i = 1; i < length; i++) differ |= f.v[i] ^ (i < length - 1 ? sign & (int64_t)FE_DIGIT : sign);
  if (differ != 0) return 0;
  *result = fe_settle(d, sign);
  return 1;
}

INLINE int fe_div(struct fe *result, struct fe a, struct fe b) {
  return fe_div_to(result, &a, &b);
}

INLINE int fe_inv(struct fe *result, struct fe a) {
  struct fe one = fe_one();
  return fe_div_to(result, &one, &a);
}
