/*
 * The instructions of OpenVM's extensions as inline functions. Numbers are little-endian bytes; pointers need no alignment.
 * `modulus`, `curve`, `field` and `pairing` are positions in the lists of the guest's configuration and must be constants,
 * as they are part of the instruction.
 */
#pragma once
#include "openvm.h"

#define EXTENSION_INLINE static inline __attribute__((always_inline))

enum { KECCAK_STATE_BYTES = 200, KECCAK_RATE_BYTES = 136, INT256_BYTES = 32 };

/* ---- keccak, sha2: custom-0, funct3 100 ---- */

/* keccak-f[1600] on a state of 200 bytes. */
EXTENSION_INLINE void keccakf(void *state) {
    __asm__ volatile(".insn r 0x0b, 4, 0, %0, x0, x0" ::"r"(state) : "memory");
}

/* to ^= from; `length` is a multiple of the word size, at most 136. */
EXTENSION_INLINE void xorin(void *to, const void *from, size_t length) {
    __asm__ volatile(".insn r 0x0b, 4, 1, %0, %1, %2" ::"r"(to), "r"(from), "r"(length) : "memory");
}

/* Compresses a block of 64 bytes; states are eight 32-bit words, 32 bytes. */
EXTENSION_INLINE void sha256_compress(void *to, const void *state, const void *block) {
    __asm__ volatile(".insn r 0x0b, 4, 2, %0, %1, %2" ::"r"(to), "r"(state), "r"(block) : "memory");
}

/* Compresses a block of 128 bytes; states are eight 64-bit words, 64 bytes. */
EXTENSION_INLINE void sha512_compress(void *to, const void *state, const void *block) {
    __asm__ volatile(".insn r 0x0b, 4, 3, %0, %1, %2" ::"r"(to), "r"(state), "r"(block) : "memory");
}

/* ---- int256: custom-0, funct3 101 and 110 ---- */

enum {
    INT256_ADD = 0,
    INT256_SUB = 1,
    INT256_XOR = 2,
    INT256_OR = 3,
    INT256_AND = 4,
    INT256_SLL = 5, /* shifts: by the first byte of the second operand */
    INT256_SRL = 6,
    INT256_SRA = 7,
    INT256_SLT = 8, /* comparisons: 0 or 1 as a number of 32 bytes */
    INT256_SLTU = 9,
    INT256_MUL = 10,
};

EXTENSION_INLINE void int256(const int operation, void *to, const void *a, const void *b) {
    __asm__ volatile(".insn r 0x0b, 5, %3, %0, %1, %2" ::"r"(to), "r"(a), "r"(b), "i"(operation) : "memory");
}

/* Branches on the equality of 32 bytes. The target is in reach here: a label outside the statement need not be. */
EXTENSION_INLINE int int256_equal(const void *a, const void *b) {
    int equal;
    __asm__ volatile("li %0, 1\n\t.insn b 0x0b, 6, %1, %2, 1f\n\tli %0, 0\n1:" : "=&r"(equal) : "r"(a), "r"(b) : "memory");
    return equal;
}

/* ---- modular arithmetic: custom-1, funct3 000 ---- */

enum {
    MODULAR_ADD = 0,
    MODULAR_SUB = 1,
    MODULAR_MUL = 2,
    MODULAR_DIV = 3, /* traps where the divisor has no inverse */
    MODULAR_IS_EQUAL = 4,
    MODULAR_SETUP = 5,
    MODULAR_HINT_NON_QR = 6,
    MODULAR_HINT_SQRT = 7,
};

EXTENSION_INLINE void modular(const int modulus, const int operation, void *to, const void *a, const void *b) {
    __asm__ volatile(".insn r 0x2b, 0, %3, %0, %1, %2" ::"r"(to), "r"(a), "r"(b), "i"(modulus * 8 + operation) : "memory");
}

EXTENSION_INLINE word modular_is_equal(const int modulus, const void *a, const void *b) {
    word equal;
    __asm__ volatile(".insn r 0x2b, 0, %3, %0, %1, %2" : "=r"(equal) : "r"(a), "r"(b), "i"(modulus * 8 + MODULAR_IS_EQUAL) : "memory");
    return equal;
}

/* The three setups, by the instruction's rs2 field; `prime` has to be the modulus. The first two write a number to `to`. */
EXTENSION_INLINE void modular_setup_add(const int modulus, void *to, const void *prime) {
    __asm__ volatile(".insn r 0x2b, 0, %2, %0, %1, x0" ::"r"(to), "r"(prime), "i"(modulus * 8 + MODULAR_SETUP) : "memory");
}

EXTENSION_INLINE void modular_setup_mul(const int modulus, void *to, const void *prime) {
    __asm__ volatile(".insn r 0x2b, 0, %2, %0, %1, x1" ::"r"(to), "r"(prime), "i"(modulus * 8 + MODULAR_SETUP) : "memory");
}

EXTENSION_INLINE word modular_setup_is_equal(const int modulus, const void *prime) {
    word equal;
    __asm__ volatile(".insn r 0x2b, 0, %2, %0, %1, x2" : "=r"(equal) : "r"(prime), "i"(modulus * 8 + MODULAR_SETUP) : "memory");
    return equal;
}

/* Hints: a number that is no square. */
EXTENSION_INLINE void modular_hint_non_qr(const int modulus) {
    __asm__ volatile(".insn r 0x2b, 0, %0, x0, x0, x0" ::"i"(modulus * 8 + MODULAR_HINT_NON_QR) : "memory");
}

/* Hints: one word, 1 if `of` is a square, and the root of `of`, or of `of` times the non-square. */
EXTENSION_INLINE void modular_hint_sqrt(const int modulus, const void *of) {
    __asm__ volatile(".insn r 0x2b, 0, %1, x0, %0, x0" ::"r"(of), "i"(modulus * 8 + MODULAR_HINT_SQRT) : "memory");
}

/* ---- points of short Weierstrass curves, x then y: custom-1, funct3 001 ---- */

enum { CURVE_ADD = 0, CURVE_DOUBLE = 1, CURVE_SETUP = 2 };

/* The sum of two points with different x. */
EXTENSION_INLINE void curve_add(const int curve, void *to, const void *a, const void *b) {
    __asm__ volatile(".insn r 0x2b, 1, %3, %0, %1, %2" ::"r"(to), "r"(a), "r"(b), "i"(curve * 8 + CURVE_ADD) : "memory");
}

EXTENSION_INLINE void curve_double(const int curve, void *to, const void *a) {
    __asm__ volatile(".insn r 0x2b, 1, %2, %0, %1, x0" ::"r"(to), "r"(a), "i"(curve * 8 + CURVE_DOUBLE) : "memory");
}

/* `prime_and_a`: the field's modulus and the curve's coefficient a; `ones`: two numbers 1. Both write a point to `to`. */
EXTENSION_INLINE void curve_setup_add(const int curve, void *to, const void *prime_and_a, const void *ones) {
    __asm__ volatile(".insn r 0x2b, 1, %3, %0, %1, %2" ::"r"(to), "r"(prime_and_a), "r"(ones), "i"(curve * 8 + CURVE_SETUP) : "memory");
}

EXTENSION_INLINE void curve_setup_double(const int curve, void *to, const void *prime_and_a) {
    __asm__ volatile(".insn r 0x2b, 1, %2, %0, %1, x0" ::"r"(to), "r"(prime_and_a), "i"(curve * 8 + CURVE_SETUP) : "memory");
}

/* ---- quadratic extension fields, real then imaginary part: custom-1, funct3 010 ---- */

enum { FP2_ADD = 0, FP2_SUB = 1, FP2_MUL = 2, FP2_DIV = 3, FP2_SETUP = 4 };

EXTENSION_INLINE void fp2(const int field, const int operation, void *to, const void *a, const void *b) {
    __asm__ volatile(".insn r 0x2b, 2, %3, %0, %1, %2" ::"r"(to), "r"(a), "r"(b), "i"(field * 8 + operation) : "memory");
}

/* `primes`: the modulus twice. Both write an element to `to`. */
EXTENSION_INLINE void fp2_setup_add(const int field, void *to, const void *primes) {
    __asm__ volatile(".insn r 0x2b, 2, %2, %0, %1, x0" ::"r"(to), "r"(primes), "i"(field * 8 + FP2_SETUP) : "memory");
}

EXTENSION_INLINE void fp2_setup_mul(const int field, void *to, const void *primes) {
    __asm__ volatile(".insn r 0x2b, 2, %2, %0, %1, x1" ::"r"(to), "r"(primes), "i"(field * 8 + FP2_SETUP) : "memory");
}

/* ---- pairings: custom-1, funct3 011 ---- */

enum { PAIRING_BN254 = 0, PAIRING_BLS12_381 = 1 };

/* An array of points. */
typedef struct {
    const void *points;
    word count;
} point_list;

/* Hints two elements of Fp12 that show in few steps that a product of pairings is 1. */
EXTENSION_INLINE void pairing_hint_final_exponent(const int pairing, const point_list *g1, const point_list *g2) {
    __asm__ volatile(".insn r 0x2b, 3, %2, x0, %0, %1" ::"r"(g1), "r"(g2), "i"(pairing * 16) : "memory");
}
