/*
 * Products of pairings by affine Miller loops, and the check that one is 1. Included by pairing-*.c after fp12.h and after the curve's
 * facts: PRIME, PAIRING (which hint), LINE_ONE, LINE_B and LINE_C (the powers of w in a line), G1_HAS_COFACTOR, `prime`, `order`, `xi`,
 * `gamma1`, `b1` and `b2` (coefficients of the two curves), `digits` (of the loop, lowest first). Afterwards the file defines
 * `finish_loop`, `hint_holds` and `hard_part`.
 */
#pragma once
#include "fp12.h"
#include "pairing.h"

/* A point with coordinates in Fp2; those of G1 have imaginary parts of 0. All zeros is the point at infinity. */
typedef struct {
    fp2e x, y;
} point2;

/* A pair in the loop: where the multiple of Q stands, and what lines need of P. */
typedef struct {
    point2 at, q, minus_q;
    fp2e minus_x_over_y, one_over_y;
} loop_pair;

/* A point of G1 as the caller and the hint know it. */
typedef struct {
    fp x, y;
} point1;

static loop_pair pairs[MOST_PAIRS];
static size_t pair_count;

static int is_infinite2(const point2 *a) {
    return is_zero((const uint64_t *)a, 4 * FP_LIMBS);
}

/* The chord's slope through two points with different x. */
static void chord(fp2e *slope, const point2 *a, const point2 *b) {
    fp2e run;
    sub2(slope, &b->y, &a->y);
    sub2(&run, &b->x, &a->x);
    div2(slope, slope, &run);
}

/* The tangent's slope; the curve's coefficient a is 0. */
static void tangent(fp2e *slope, const point2 *a) {
    fp2e square, twice;
    mul2(&square, &a->x, &a->x);
    add2(slope, &square, &square);
    add2(slope, slope, &square);
    add2(&twice, &a->y, &a->y);
    div2(slope, slope, &twice);
}

/* The third point of a line through a, with b the other, mirrored. `to` may be a. */
static void third_point(point2 *to, const point2 *a, const fp2e *b_x, const fp2e *slope) {
    fp2e x, y;
    mul2(&x, slope, slope);
    sub2(&x, &x, &a->x);
    sub2(&x, &x, b_x);
    sub2(&y, &a->x, &x);
    mul2(&y, &y, slope);
    sub2(&to->y, &y, &a->y);
    to->x = x;
}

/* f = f·line, for the line through the pair's point, evaluated at P. */
static void multiply_line(fp12e *f, const loop_pair *pair, const fp2e *slope) {
    fp12e product = {0};
    fp2e b, c, b_wrapped, c_wrapped, term;
    mul2(&b, slope, &pair->minus_x_over_y);
    mul2(&c, slope, &pair->at.x);
    sub2(&c, &c, &pair->at.y);
    mul2(&c, &c, &pair->one_over_y);
    mul2(&b_wrapped, &b, &xi);
    mul2(&c_wrapped, &c, &xi);
    for (int i = 0; i < 6; i++) {
        fp2e *to = coefficient(&product, i);
        int from = (i + 6 - LINE_ONE) % 6;
        if (i < LINE_ONE) mul2(to, coefficient(f, from), &xi);
        else *to = *coefficient(f, from);
        mul2(&term, coefficient(f, (i + 6 - LINE_B) % 6), i < LINE_B ? &b_wrapped : &b);
        add2(to, to, &term);
        mul2(&term, coefficient(f, (i + 6 - LINE_C) % 6), i < LINE_C ? &c_wrapped : &c);
        add2(to, to, &term);
    }
    *f = product;
}

/* at = at + other. */
static void add_step(fp12e *f, loop_pair *pair, const point2 *other) {
    fp2e slope;
    chord(&slope, &pair->at, other);
    multiply_line(f, pair, &slope);
    third_point(&pair->at, &pair->at, &other->x, &slope);
}

/* at = 2·at. */
static void double_step(fp12e *f, loop_pair *pair) {
    fp2e slope;
    tangent(&slope, &pair->at);
    multiply_line(f, pair, &slope);
    third_point(&pair->at, &pair->at, &pair->at.x, &slope);
}

/* at = (at + other) + at, without the y of the sum. */
static void double_add_step(fp12e *f, loop_pair *pair, const point2 *other) {
    fp2e slope, rise, run;
    point2 sum;
    chord(&slope, &pair->at, other);
    multiply_line(f, pair, &slope);
    mul2(&sum.x, &slope, &slope);
    sub2(&sum.x, &sum.x, &pair->at.x);
    sub2(&sum.x, &sum.x, &other->x);
    add2(&rise, &pair->at.y, &pair->at.y);
    sub2(&run, &pair->at.x, &sum.x);
    div2(&rise, &rise, &run);
    sub2(&slope, &rise, &slope);
    multiply_line(f, pair, &slope);
    third_point(&pair->at, &pair->at, &sum.x, &slope);
}

static void finish_loop(fp12e *f);

/*
 * The product of the pairs' Miller loops. With a number `start` and its inverse the result also contains the power of `start` that the
 * digits make: it shares the loop's squarings.
 */
static void miller_loop(fp12e *f, const fp12e *start, const fp12e *inverse) {
    int first = 1;
    *f = *start;
    for (size_t i = 0; i < pair_count; i++) pairs[i].at = pairs[i].q;
    for (int digit = sizeof digits - 1; digit-- > 0; first = 0) {
        square12(f, f);
        if (digits[digit] != 0) mul12(f, f, digits[digit] > 0 ? start : inverse);
        for (size_t i = 0; i < pair_count; i++) {
            loop_pair *pair = &pairs[i];
            if (digits[digit] == 0) {
                double_step(f, pair);
            } else if (first) {
                double_step(f, pair);
                add_step(f, pair, &pair->q);
            } else {
                double_add_step(f, pair, digits[digit] > 0 ? &pair->q : &pair->minus_q);
            }
        }
    }
    finish_loop(f);
}

static int hint_holds(fp12e *c, fp12e *c_inverse, fp12e *factor);
static void hard_part(fp12e *f);

/* Reads an element of Fp12 from the hint stream: coefficients of w^0 … w^5. */
static void read_hint12(fp12e *to) {
    for (int i = 0; i < 6; i++) hint_buffer((word *)coefficient(to, i), sizeof(fp2e) / WORD_BYTES);
}

/* Whether the hint proves the product to be 1. If it does not, nothing is known. */
static int holds_by_hint(const point1 *g1, const point2 *g2) {
    point_list list1 = {g1, pair_count}, list2 = {g2, pair_count};
    fp12e c, c_inverse, factor;
    pairing_hint_final_exponent(PAIRING, &list1, &list2);
    read_hint12(&c);
    read_hint12(&factor);
    if (is_zero((const uint64_t *)&c, 12 * FP_LIMBS)) return 0;
    /* The final exponentiation must make 1 of the factor: it does so with every element of Fp6. */
    if (!is_zero((const uint64_t *)&factor.odd, 6 * FP_LIMBS)) return 0;
    invert12(&c_inverse, &c);
    return hint_holds(&c, &c_inverse, &factor);
}

static int holds_by_full_exponent(void) {
    fp12e f, inverse, one;
    set_one(&one);
    miller_loop(&f, &one, &one);
    invert12(&inverse, &f);
    conjugate12(&f, &f);
    mul12(&f, &f, &inverse);
    frobenius(&inverse, &f, 2);
    mul12(&f, &f, &inverse);
    hard_part(&f);
    return is_one(&f);
}

/* On the curve y² = x³ + b, with coordinates less than p. */
static int is_on_curve(const point2 *a, const fp2e *b) {
    fp2e left, right;
    const fp *coordinates = (const fp *)a;
    for (int i = 0; i < 4; i++) {
        if (!is_less(coordinates[i].limb, prime.limb, FP_LIMBS)) return 0;
    }
    mul2(&left, &a->y, &a->y);
    mul2(&right, &a->x, &a->x);
    mul2(&right, &right, &a->x);
    add2(&right, &right, b);
    return is_same2(&left, &right);
}

/* Whether the group order's multiple of a point on the curve is the point at infinity. */
static int is_in_group(const point2 *a) {
    point2 sum = {0};
    fp2e slope;
    int bit = FP_LIMBS * 64;
    while (bit-- > 0) {
        if (!is_infinite2(&sum)) {
            if (is_zero2(&sum.y)) {
                sum = (point2){0};
            } else {
                tangent(&slope, &sum);
                third_point(&sum, &sum, &sum.x, &slope);
            }
        }
        if (!bit_of(order.limb, bit)) continue;
        if (is_infinite2(&sum)) {
            sum = *a;
        } else if (!is_same2(&sum.x, &a->x)) {
            chord(&slope, &sum, a);
            third_point(&sum, &sum, &a->x, &slope);
        } else if (is_same2(&sum.y, &a->y) && !is_zero2(&a->y)) {
            tangent(&slope, &sum);
            third_point(&sum, &sum, &a->x, &slope);
        } else {
            sum = (point2){0};
        }
    }
    return is_infinite2(&sum);
}

static void add_pair(const point2 *p, const point2 *q) {
    loop_pair *pair = &pairs[pair_count++];
    pair->q = *q;
    pair->minus_q.x = q->x;
    negate2(&pair->minus_q.y, &q->y);
    div2(&pair->one_over_y, &one2, &p->y);
    mul2(&pair->minus_x_over_y, &p->x, &pair->one_over_y);
    negate2(&pair->minus_x_over_y, &pair->minus_x_over_y);
}

static pairing_result check(const point1 *g1, const point2 *g2, size_t count, int hinted) {
    static point1 used1[MOST_PAIRS];
    static point2 used2[MOST_PAIRS];
    if (count > MOST_PAIRS) return (pairing_result){PAIRING_INVALID, DECIDED_WITHOUT_PAIRING};
    pair_count = 0;
    for (size_t i = 0; i < count; i++) {
        point2 p = {{g1[i].x, {{0}}}, {g1[i].y, {{0}}}};
        int infinite1 = is_infinite2(&p), infinite2 = is_infinite2(&g2[i]);
        if ((!infinite1 && (!is_on_curve(&p, &b1) || (G1_HAS_COFACTOR && !is_in_group(&p)))) ||
            (!infinite2 && (!is_on_curve(&g2[i], &b2) || !is_in_group(&g2[i])))) {
            return (pairing_result){PAIRING_INVALID, DECIDED_WITHOUT_PAIRING};
        }
        if (infinite1 || infinite2) continue;
        used1[pair_count] = g1[i];
        used2[pair_count] = g2[i];
        add_pair(&p, &g2[i]);
    }
    if (pair_count == 0) return (pairing_result){PAIRING_ONE, DECIDED_WITHOUT_PAIRING};
    if (hinted && holds_by_hint(used1, used2)) return (pairing_result){PAIRING_ONE, DECIDED_BY_HINT};
    return (pairing_result){holds_by_full_exponent() ? PAIRING_ONE : PAIRING_NOT_ONE, DECIDED_BY_FULL_EXPONENT};
}

static void set_up_field(void) {
    static const fp primes[2] = {PRIME, PRIME};
    fp2e scratch;
    fp2_setup_add(FIELD, &scratch, primes);
    fp2_setup_mul(FIELD, &scratch, primes);
}
