// Multiplication or division modulo a number against GMP's. From the including file: OPERATION, MODULUS as text, DIVIDE (1 for division).
#include <string.h>
#include "timing.h"

enum { MOST_BYTES = 48 };

int OPERATION(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2);

static uint8_t left[MOST_BYTES] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5};
static uint8_t right[MOST_BYTES] = {2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5, 2, 3, 5, 3, 6, 0, 2, 8, 7, 4, 7, 1, 3, 5, 2, 6};

// A quotient's dividend stays, its divisor is what came out before with its lowest bit changed: b / (b / a) would be a again, and soon predicted.
static void once(void) {
  if (DIVIDE) {
    OPERATION(left, right, left);
    left[0] ^= 1;
  } else {
    OPERATION(left, left, right);
  }
}

void ours(long calls) {
  while (calls-- > 0) once();
}

#ifdef RIVAL
#include <gmp.h>

static mpz_t modulus, a, b, inverse;

static void begin(void) {
  mpz_inits(modulus, a, b, inverse, NULL);
  mpz_set_str(modulus, MODULUS, 0);
  mpz_import(a, sizeof left, -1, 1, 0, 0, left);
  mpz_import(b, sizeof right, -1, 1, 0, 0, right);
}

// Division as GMP's users write it; its multiplication below the checks of its integers, with room for exactly these numbers.
#if DIVIDE
void theirs(long calls) {
  while (calls-- > 0) {
    mpz_invert(inverse, a, modulus);
    mpz_mul(a, inverse, b);
    mpz_mod(a, a, modulus);
    mpz_combit(a, 0);
  }
}
#else
static mp_limb_t x[MOST_BYTES / 8], y[MOST_BYTES / 8], p[MOST_BYTES / 8];

void theirs(long calls) {
  mp_limb_t product[2 * MOST_BYTES / 8], quotient[MOST_BYTES / 8 + 1];
  mp_size_t size = mpz_size(modulus);
  mpz_export(p, NULL, -1, 8, 0, 0, modulus);
  mpz_export(x, NULL, -1, 8, 0, 0, a);
  mpz_export(y, NULL, -1, 8, 0, 0, b);
  while (calls-- > 0) {
    mpn_mul_n(product, x, y, size);
    mpn_tdiv_qr(quotient, x, 0, product, 2 * size, p, size);
  }
  mpz_import(a, size, -1, 8, 0, 0, x);
}
#endif

int agree(void) {
  uint8_t result[MOST_BYTES] = {0};
  begin();
  once();
  theirs(1);
  mpz_export(result, NULL, -1, 1, 0, 0, a);
  return memcmp(result, left, sizeof result) == 0;
}
#endif
