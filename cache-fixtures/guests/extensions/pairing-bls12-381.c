/* The optimal ate pairing of BLS12-381: x = −0xd201000000010000, Fp2 = Fp[u] / (u² + 1), xi = 1 + u. */
#define FP_LIMBS 6
#define FIELD 1
#include "fp12.h"

#define PRIME \
    {{0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624, 0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a}}
enum { PAIRING = PAIRING_BLS12_381, LINE_ONE = 3, LINE_B = 2, LINE_C = 0, G1_HAS_COFACTOR = 1 };

/* The curve's parameter is this one's negative. */
static const uint64_t parameter = 0xd201000000010000;
static const fp prime = PRIME;
static const fp order = {{0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48, 0, 0}};
static const fp2e xi = {{{1}}, {{1}}};
static const fp2e gamma1 = {
    {{0x8d0775ed92235fb8, 0xf67ea53d63e7813d, 0x7b2443d784bab9c4, 0x0fd603fd3cbd5f4f, 0xc231beb4202c0d1f, 0x1904d3bf02bb0667}},
    {{0x2cf78a126ddc4af3, 0x282d5ac14d6c7ec2, 0xec0c8ec971f63c5f, 0x54a14787b6c7b36f, 0x88e9e902231f9fb8, 0x00fc3e2b36c4e032}}};
static const fp2e b1 = {{{4}}, {{0}}};
static const fp2e b2 = {{{4}}, {{4}}};

/* The bits of `parameter`. */
static const int8_t digits[64] = {[16] = 1, [48] = 1, [57] = 1, [60] = 1, [62] = 1, [63] = 1};

#include "miller-loop.h"

static void finish_loop(fp12e *f) {
    conjugate12(f, f);
}

/* loop·factor = c to the power p + parameter, which is a multiple of the order. The loop ends with a conjugation, so it starts with one. */
static int hint_holds(fp12e *c, fp12e *c_inverse, fp12e *factor) {
    fp12e product, term;
    conjugate12(&term, c_inverse);
    miller_loop(&product, &term, c); /* no digit is negative */
    mul12(&product, &product, factor);
    frobenius(&term, c_inverse, 1);
    mul12(&product, &product, &term);
    return is_one(&product);
}

/* to = a to the power of the curve's parameter. Inverses are conjugates after the easy part. */
static void power_parameter(fp12e *to, const fp12e *a) {
    power12(to, a, parameter);
    conjugate12(to, to);
}

/* f to the power 3·(p⁴ − p² + 1) / order = (x − 1)²·(x + p)·(x² + p² − 1) + 3. */
static void hard_part(fp12e *f) {
    static fp12e power, term, other;
    power = *f;
    for (int i = 0; i < 2; i++) {
        power_parameter(&term, &power);
        conjugate12(&other, &power);
        mul12(&power, &term, &other);
    }
    power_parameter(&term, &power);
    frobenius(&other, &power, 1);
    mul12(&power, &term, &other);
    power_parameter(&term, &power);
    power_parameter(&term, &term);
    frobenius(&other, &power, 2);
    mul12(&term, &term, &other);
    conjugate12(&other, &power);
    mul12(&power, &term, &other);
    square12(&term, f);
    mul12(&term, &term, f);
    mul12(f, &term, &power);
}

void bls12_381_set_up(void) {
    set_up_field();
}

pairing_result bls12_381_check(const void *g1, const void *g2, size_t count, int hinted) {
    return check(g1, g2, count, hinted);
}
