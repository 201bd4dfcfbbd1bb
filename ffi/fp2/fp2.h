/*
 * Operations on elements c0 + c1 * u of Fp2, u * u = -1, in memory: 2 * FIELD_BYTES bytes each, at any addresses, canonical or not.
 * Each reads all of its input before it writes. Stands on field.h and the constants of a modulus.
 */

struct fp2 { struct fe c0, c1; };

INLINE struct fp2 fp2_load(const uint8_t *bytes) {
  return (struct fp2){fe_load(bytes), fe_load(bytes + FIELD_BYTES)};
}

INLINE int fp2_store(uint8_t *bytes, struct fe c0, struct fe c1) {
  fe_store(bytes, c0);
  fe_store(bytes + FIELD_BYTES, c1);
  return 1;
}

INLINE struct fp2 fp2_product(struct fp2 a, struct fp2 b) {
  struct fe_wide low = fe_mul_wide(a.c0, b.c0), high = fe_mul_wide(a.c1, b.c1);
  struct fe_wide cross = fe_mul_wide(fe_add(a.c0, a.c1), fe_add(b.c0, b.c1));
  return (struct fp2){fe_reduce(fe_wide_sub(low, high)), fe_reduce(fe_wide_sub(fe_wide_sub(cross, low), high))};
}

INLINE int fp2_add(uint8_t *result, const uint8_t *left, const uint8_t *right) {
  struct fp2 a = fp2_load(left), b = fp2_load(right);
  return fp2_store(result, fe_add(a.c0, b.c0), fe_add(a.c1, b.c1));
}

INLINE int fp2_sub(uint8_t *result, const uint8_t *left, const uint8_t *right) {
  struct fp2 a = fp2_load(left), b = fp2_load(right);
  return fp2_store(result, fe_sub(a.c0, b.c0), fe_sub(a.c1, b.c1));
}

INLINE int fp2_mul(uint8_t *result, const uint8_t *left, const uint8_t *right) {
  struct fp2 product = fp2_product(fp2_load(left), fp2_load(right));
  return fp2_store(result, product.c0, product.c1);
}

/* Multiplies by the conjugate, which takes one inversion: that of the norm. Answers 0 where the norm has no inverse. */
INLINE int fp2_div(uint8_t *result, const uint8_t *left, const uint8_t *right) {
  struct fp2 b = fp2_load(right);
  struct fe norm = fe_reduce(fe_wide_add(fe_sqr_wide(b.c0), fe_sqr_wide(b.c1))), inverse;
  if (!fe_inv(&inverse, norm)) return 0;
  struct fp2 product = fp2_product(fp2_load(left), (struct fp2){b.c0, fe_neg(b.c1)});
  return fp2_store(result, fe_mul(product.c0, inverse), fe_mul(product.c1, inverse));
}

/* The first half of `left` has to be the modulus; the result is the element there, reduced. */
INLINE int fp2_setup(uint8_t *result, const uint8_t *left, const uint8_t *right) {
  if (!fe_is_modulus(left)) return 0;
  struct fp2 a = fp2_load(left);
  return fp2_store(result, a.c0, a.c1);
}
