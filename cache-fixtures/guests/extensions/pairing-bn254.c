/* The optimal ate pairing of BN254 (alt_bn128): x = 4965661367192848881, Fp2 = Fp[u] / (u² + 1), xi = 9 + u. */
#define FP_LIMBS 4
#define FIELD 0
#include "fp12.h"

#define PRIME {{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029}}
enum { PAIRING = PAIRING_BN254, LINE_ONE = 0, LINE_B = 1, LINE_C = 3, G1_HAS_COFACTOR = 0 };

static const uint64_t parameter = 4965661367192848881;
static const fp prime = PRIME;
static const fp order = {{0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
static const fp2e xi = {{{9}}, {{1}}};
static const fp2e gamma1 = {{{0xd60b35dadcc9e470, 0x5c521e08292f2176, 0xe8b99fdd76e68b60, 0x1284b71c2865a7df}},
                            {{0xca5cf05f80f362ac, 0x747992778eeec7e5, 0xa6327cfe12150b8e, 0x246996f3b4fae7e6}}};
static const fp2e b1 = {{{3}}, {{0}}};
/* 3 / xi */
static const fp2e b2 = {{{0x3267e6dc24a138e5, 0xb5b4c5e559dbefa3, 0x81be18991be06ac3, 0x2b149d40ceb8aaae}},
                        {{0xe4a2bd0685c315d2, 0xa74fa084e52d1852, 0xcd2cafadeed8fdf4, 0x009713b03af0fed4}}};

/* 6·parameter + 2 with few digits other than 0. */
static const int8_t digits[66] = {0, 0, 0, 1, 0, 1, 0, -1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 0,
                                  1, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, -1, 0, 0, -1, 0, 1, 0, -1, 0, 0, 0, -1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 1};

#include "miller-loop.h"

/* Adds the images of Q under the Frobenius map and its negated square. */
static void finish_loop(fp12e *f) {
    fp2e gamma2, gamma3, norm, conjugate;
    mul2(&gamma2, &gamma1, &gamma1);
    mul2(&gamma3, &gamma2, &gamma1);
    conjugate2(&conjugate, &gamma2);
    mul2(&norm, &gamma2, &conjugate);
    for (size_t i = 0; i < pair_count; i++) {
        point2 image;
        conjugate2(&image.x, &pairs[i].q.x);
        mul2(&image.x, &image.x, &gamma2);
        conjugate2(&image.y, &pairs[i].q.y);
        mul2(&image.y, &image.y, &gamma3);
        add_step(f, &pairs[i], &image);
        mul2(&image.x, &pairs[i].q.x, &norm);
        image.y = pairs[i].q.y;
        add_step(f, &pairs[i], &image);
    }
}

/* loop·factor = c to the power 6·parameter + 2 + p³ − p² + p, which is a multiple of the order. */
static int hint_holds(fp12e *c, fp12e *c_inverse, fp12e *factor) {
    fp12e product, term;
    miller_loop(&product, c_inverse, c);
    mul12(&product, &product, factor);
    frobenius(&term, c_inverse, 1);
    mul12(&product, &product, &term);
    frobenius(&term, &term, 2);
    mul12(&product, &product, &term);
    frobenius(&term, c, 2);
    mul12(&product, &product, &term);
    return is_one(&product);
}

/*
 * f to the power (p⁴ − p² + 1) / order = y0 · y1² · y2⁶ · y3¹² · y4¹⁸ · y5³⁰ · y6³⁶, where each y is made of powers of f by the
 * parameter and by p. Inverses are conjugates after the easy part.
 */
static void hard_part(fp12e *f) {
    static fp12e fx, fx2, fx3, y0, y1, y2, y3, y4, y5, y6, term, other;
    power12(&fx, f, parameter);
    power12(&fx2, &fx, parameter);
    power12(&fx3, &fx2, parameter);
    frobenius(&y0, f, 1);
    frobenius(&term, &y0, 1);
    mul12(&y0, &y0, &term);
    frobenius(&term, &term, 1);
    mul12(&y0, &y0, &term);
    conjugate12(&y1, f);
    frobenius(&y2, &fx2, 2);
    frobenius(&y3, &fx, 1);
    conjugate12(&y3, &y3);
    frobenius(&y4, &fx2, 1);
    mul12(&y4, &y4, &fx);
    conjugate12(&y4, &y4);
    conjugate12(&y5, &fx2);
    frobenius(&y6, &fx3, 1);
    mul12(&y6, &y6, &fx3);
    conjugate12(&y6, &y6);

    square12(&term, &y6);
    mul12(&term, &term, &y4);
    mul12(&term, &term, &y5);
    mul12(&other, &y3, &y5);
    mul12(&other, &other, &term);
    mul12(&term, &term, &y2);
    square12(&other, &other);
    mul12(&other, &other, &term);
    square12(&other, &other);
    mul12(&term, &other, &y1);
    mul12(&other, &other, &y0);
    square12(&term, &term);
    mul12(f, &term, &other);
}

void bn254_set_up(void) {
    set_up_field();
}

pairing_result bn254_check(const void *g1, const void *g2, size_t count, int hinted) {
    return check(g1, g2, count, hinted);
}
