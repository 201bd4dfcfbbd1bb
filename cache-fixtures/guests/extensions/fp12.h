/*
 * The field of a pairing's values over the Fp2 instructions. Included by a file that defines FP_LIMBS and FIELD (position among the
 * Fp2 fields), and afterwards `xi` (the non-residue) and `gamma1` (xi to the power (p − 1) / 6).
 * Fp12 = Fp2[w] / (w^6 − xi); an element's even coefficients form one element of Fp6 = Fp2[v] / (v³ − xi), v = w², its odd ones another.
 */
#pragma once
#include "../abi/openvm/openvm-extensions.h"
#include "numbers.h"

typedef struct {
    uint64_t limb[FP_LIMBS];
} fp;

typedef struct {
    fp real, imaginary;
} fp2e;

typedef struct {
    fp2e c[3];
} fp6e;

typedef struct {
    fp6e even, odd;
} fp12e;

static const fp2e zero2 = {{{0}}, {{0}}}, one2 = {{{1}}, {{0}}};
static const fp2e xi, gamma1;

static inline void add2(fp2e *to, const fp2e *a, const fp2e *b) {
    fp2(FIELD, FP2_ADD, to, a, b);
}

static inline void sub2(fp2e *to, const fp2e *a, const fp2e *b) {
    fp2(FIELD, FP2_SUB, to, a, b);
}

static inline void mul2(fp2e *to, const fp2e *a, const fp2e *b) {
    fp2(FIELD, FP2_MUL, to, a, b);
}

static inline void div2(fp2e *to, const fp2e *a, const fp2e *b) {
    fp2(FIELD, FP2_DIV, to, a, b);
}

static inline void negate2(fp2e *to, const fp2e *a) {
    sub2(to, &zero2, a);
}

static void conjugate2(fp2e *to, const fp2e *a) {
    fp2e negative;
    negate2(&negative, a);
    *to = *a;
    to->imaginary = negative.imaginary;
}

static inline int is_zero2(const fp2e *a) {
    return is_zero((const uint64_t *)a, 2 * FP_LIMBS);
}

static inline int is_same2(const fp2e *a, const fp2e *b) {
    return is_same((const uint64_t *)a, (const uint64_t *)b, 2 * FP_LIMBS);
}

static void add6(fp6e *to, const fp6e *a, const fp6e *b) {
    for (int i = 0; i < 3; i++) add2(&to->c[i], &a->c[i], &b->c[i]);
}

static void sub6(fp6e *to, const fp6e *a, const fp6e *b) {
    for (int i = 0; i < 3; i++) sub2(&to->c[i], &a->c[i], &b->c[i]);
}

static void negate6(fp6e *to, const fp6e *a) {
    for (int i = 0; i < 3; i++) negate2(&to->c[i], &a->c[i]);
}

/* to = a·v. */
static void shift6(fp6e *to, const fp6e *a) {
    fp2e wrapped;
    mul2(&wrapped, &a->c[2], &xi);
    to->c[2] = a->c[1];
    to->c[1] = a->c[0];
    to->c[0] = wrapped;
}

/* (a.i + a.j)·(b.i + b.j) − less1 − less2 */
static void cross_term(fp2e *to, const fp6e *a, const fp6e *b, int i, int j, const fp2e *less1, const fp2e *less2) {
    fp2e sum;
    add2(&sum, &b->c[i], &b->c[j]);
    add2(to, &a->c[i], &a->c[j]);
    mul2(to, to, &sum);
    sub2(to, to, less1);
    sub2(to, to, less2);
}

static void mul6(fp6e *to, const fp6e *a, const fp6e *b) {
    fp2e square[3], term;
    fp6e product;
    for (int i = 0; i < 3; i++) mul2(&square[i], &a->c[i], &b->c[i]);
    cross_term(&product.c[0], a, b, 1, 2, &square[1], &square[2]);
    mul2(&product.c[0], &product.c[0], &xi);
    add2(&product.c[0], &product.c[0], &square[0]);
    cross_term(&product.c[1], a, b, 0, 1, &square[0], &square[1]);
    mul2(&term, &square[2], &xi);
    add2(&product.c[1], &product.c[1], &term);
    cross_term(&product.c[2], a, b, 0, 2, &square[0], &square[2]);
    add2(&product.c[2], &product.c[2], &square[1]);
    *to = product;
}

static void invert6(fp6e *to, const fp6e *a) {
    fp6e adjoint;
    fp2e term, norm;
    mul2(&adjoint.c[0], &a->c[0], &a->c[0]);
    mul2(&term, &a->c[1], &a->c[2]);
    mul2(&term, &term, &xi);
    sub2(&adjoint.c[0], &adjoint.c[0], &term);
    mul2(&adjoint.c[1], &a->c[2], &a->c[2]);
    mul2(&adjoint.c[1], &adjoint.c[1], &xi);
    mul2(&term, &a->c[0], &a->c[1]);
    sub2(&adjoint.c[1], &adjoint.c[1], &term);
    mul2(&adjoint.c[2], &a->c[1], &a->c[1]);
    mul2(&term, &a->c[0], &a->c[2]);
    sub2(&adjoint.c[2], &adjoint.c[2], &term);
    mul2(&norm, &a->c[2], &adjoint.c[1]);
    mul2(&term, &a->c[1], &adjoint.c[2]);
    add2(&norm, &norm, &term);
    mul2(&norm, &norm, &xi);
    mul2(&term, &a->c[0], &adjoint.c[0]);
    add2(&norm, &norm, &term);
    for (int i = 0; i < 3; i++) div2(&to->c[i], &adjoint.c[i], &norm);
}

static void set_one(fp12e *to) {
    *to = (fp12e){0};
    to->even.c[0] = one2;
}

static int is_one(const fp12e *a) {
    fp12e one;
    set_one(&one);
    return is_same((const uint64_t *)a, (const uint64_t *)&one, 12 * FP_LIMBS);
}

static void mul12(fp12e *to, const fp12e *a, const fp12e *b) {
    fp6e even, odd, sum_a, sum_b;
    mul6(&even, &a->even, &b->even);
    mul6(&odd, &a->odd, &b->odd);
    add6(&sum_a, &a->even, &a->odd);
    add6(&sum_b, &b->even, &b->odd);
    mul6(&to->odd, &sum_a, &sum_b);
    sub6(&to->odd, &to->odd, &even);
    sub6(&to->odd, &to->odd, &odd);
    shift6(&odd, &odd);
    add6(&to->even, &even, &odd);
}

static void square12(fp12e *to, const fp12e *a) {
    fp6e product, sum, shifted;
    mul6(&product, &a->even, &a->odd);
    add6(&sum, &a->even, &a->odd);
    shift6(&shifted, &a->odd);
    add6(&shifted, &shifted, &a->even);
    mul6(&to->even, &sum, &shifted);
    sub6(&to->even, &to->even, &product);
    shift6(&shifted, &product);
    sub6(&to->even, &to->even, &shifted);
    add6(&to->odd, &product, &product);
}

/* to = a to the power p^6. */
static void conjugate12(fp12e *to, const fp12e *a) {
    to->even = a->even;
    negate6(&to->odd, &a->odd);
}

static void invert12(fp12e *to, const fp12e *a) {
    fp6e norm, term;
    mul6(&norm, &a->even, &a->even);
    mul6(&term, &a->odd, &a->odd);
    shift6(&term, &term);
    sub6(&norm, &norm, &term);
    invert6(&norm, &norm);
    mul6(&to->even, &a->even, &norm);
    mul6(&to->odd, &a->odd, &norm);
    negate6(&to->odd, &to->odd);
}

/* The coefficient of w^power. */
static inline fp2e *coefficient(fp12e *a, int power) {
    return power & 1 ? &a->odd.c[power >> 1] : &a->even.c[power >> 1];
}

/* to = a to the power p, `times` times over. */
static void frobenius(fp12e *to, const fp12e *a, int times) {
    *to = *a;
    while (times-- > 0) {
        fp2e factor = one2;
        for (int i = 0; i < 6; i++) {
            fp2e *c = coefficient(to, i);
            conjugate2(c, c);
            mul2(c, c, &factor);
            mul2(&factor, &factor, &gamma1);
        }
    }
}

/* to = a to a power of 64 bits, whose highest bit is set in `exponent`. */
static void power12(fp12e *to, const fp12e *a, uint64_t exponent) {
    fp12e base = *a, power = *a;
    int bit = 63 - __builtin_clzll(exponent);
    while (bit-- > 0) {
        square12(&power, &power);
        if (exponent >> bit & 1) mul12(&power, &power, &base);
    }
    *to = power;
}
