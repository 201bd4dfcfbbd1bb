/*
 * Affine points x, y of y * y = x * x * x + a * x + b in memory: 2 * FIELD_BYTES bytes each, at any addresses, canonical or not.
 * Each operation reads all of its input before it writes, and answers 0 where its divisor has no inverse: there is no point at infinity.
 * Stands on field.h, the constants of a modulus, and ECC_A, the words of a.
 */

INLINE struct fe ecc_a(void) {
  struct fe a;
#pragma GCC unroll 8
  for (int i = 0; i < FIELD_LIMBS; i++) a.v[i] = ECC_A[i];
  return a;
}

/* The third point of the line with this slope through x, y and a point of x `other`, mirrored. */
INLINE int ecc_store(uint8_t *result, struct fe slope, struct fe x, struct fe y, struct fe other) {
  struct fe third = fe_sub(fe_sqr(slope), fe_add(x, other));
  fe_store(result, third);
  fe_store(result + FIELD_BYTES, fe_sub(fe_mul(slope, fe_sub(x, third)), y));
  return 1;
}

INLINE int ecc_add_ne(uint8_t *result, const uint8_t *p, const uint8_t *q) {
  struct fe x = fe_load(p), y = fe_load(p + FIELD_BYTES), other = fe_load(q), slope;
  if (!fe_div(&slope, fe_sub(fe_load(q + FIELD_BYTES), y), fe_sub(other, x))) return 0;
  return ecc_store(result, slope, x, y, other);
}

INLINE int ecc_double(uint8_t *result, const uint8_t *p) {
  struct fe x = fe_load(p), y = fe_load(p + FIELD_BYTES), square = fe_sqr(x), slope;
  if (!fe_div(&slope, fe_add(fe_add(fe_double(square), square), ecc_a()), fe_double(y))) return 0;
  return ecc_store(result, slope, x, y, x);
}

/* Where a point has x stands the modulus; the result is what the formula makes of the operands. */
INLINE int ecc_setup_add_ne(uint8_t *result, const uint8_t *p, const uint8_t *q) {
  return fe_is_modulus(p) && ecc_add_ne(result, p, q);
}

/* Where a point has x and y stand the modulus and a; the divisor counts as 1. */
INLINE int ecc_setup_double(uint8_t *result, const uint8_t *p) {
  struct fe a = ecc_a();
  if (!fe_is_modulus(p) || !fe_eq(fe_load_raw(p + FIELD_BYTES), a)) return 0;
  return ecc_store(result, a, fe_zero(), a, fe_zero());
}
