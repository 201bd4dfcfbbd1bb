/*
 * Uses every extension instruction on every modulus, curve and field of elf/kitchen-sink.toml and checks identities that hold for all
 * operands; the operands are made from the input record. Reveals a SHA-256 digest of all results in bytes 0–31, the number of checks
 * as a 64-bit number in bytes 32–39 and that of failed ones in bytes 40–47; prints the hashes of the record and the names of failed
 * groups. Ends with exit code 1 after a failure.
 */
#include "curves.h"
#include "hashes.h"
#include "pairing.h"

enum { EXIT_FAILED = 1, EXIT_BAD_RECORD = 7 };
enum { MOST_LIMBS = 6, RECORD_BYTES = 4096 };

/* Positions in the configuration. */
enum { SECP256K1_P, SECP256K1_N, P256_P, P256_N, BN254_P, BN254_N, BLS12_381_P, BLS12_381_N, MERSENNE_61, SEVEN };
enum { SECP256K1, P256, BN254, BLS12_381 };
enum { BN254_FP2, BLS12_381_FP2 };

static const uint64_t mersenne_61[4] = {0x1fffffffffffffff}, seven[4] = {7};
static const uint64_t zero[2 * MOST_LIMBS], one[MOST_LIMBS] = {1};

typedef uint64_t number[MOST_LIMBS];
typedef uint64_t element[2 * MOST_LIMBS]; /* of Fp2, or a point */

static word record[RECORD_BYTES / sizeof(word)];
static size_t record_length;
static hasher results;
static uint64_t derived, checks, failures;
static const char *group;

static void print_text(const char *text) {
    size_t length = 0;
    while (text[length] != 0) length++;
    print_str(text, length);
}

static void expect(int holds) {
    checks++;
    if (holds) return;
    failures++;
    print_text("failed: ");
    print_text(group);
    print_text("\n");
}

/* Operands: bytes that depend on the record and on how many were made before. */
static void derive(uint64_t *to, size_t limbs) {
    uint64_t digest[64 / 8];
    hasher hash;
    derived++;
    sha512_start(&hash);
    hasher_update(&hash, record, record_length);
    hasher_update(&hash, &derived, sizeof derived);
    sha512_finish(&hash, digest);
    copy_limbs(to, digest, limbs);
}

static void note(const uint64_t *result, size_t limbs) {
    hasher_update(&results, result, limbs * 8);
}

static void print_digest(const char *name, const uint8_t *digest, size_t length) {
    char text[2 * 64 + 1];
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    text[2 * length] = '\n';
    print_text(name);
    print_str(text, 2 * length + 1);
}

static void exercise_hashes(void) {
    uint64_t digest[64 / 8];
    hasher hash;
    group = "hashes";
    keccak256_start(&hash);
    hasher_update(&hash, record, record_length);
    keccak256_finish(&hash, digest);
    note(digest, 4);
    print_digest("keccak256 ", (uint8_t *)digest, 32);
    sha256_start(&hash);
    hasher_update(&hash, record, record_length);
    sha256_finish(&hash, digest);
    note(digest, 4);
    print_digest("sha256 ", (uint8_t *)digest, 32);
    sha512_start(&hash);
    hasher_update(&hash, record, record_length);
    sha512_finish(&hash, digest);
    note(digest, 8);
    print_digest("sha512 ", (uint8_t *)digest, 64);
}

static void exercise_int256(void) {
    uint64_t a[4], b[4], left[4], right[4], shift[4], power[4] = {0};
    group = "int256";
    derive(a, 4);
    derive(b, 4);
    int256(INT256_ADD, left, a, b);
    note(left, 4);
    int256(INT256_OR, right, a, b);
    int256(INT256_AND, power, a, b);
    int256(INT256_ADD, right, right, power);
    expect(int256_equal(left, right)); /* a + b = (a | b) + (a & b) */
    int256(INT256_SUB, left, left, b);
    expect(int256_equal(left, a));
    expect(!int256_equal(left, b));
    int256(INT256_XOR, left, a, b);
    int256(INT256_XOR, left, left, b);
    expect(int256_equal(left, a));
    int256(INT256_MUL, left, a, b);
    int256(INT256_MUL, right, b, a);
    note(left, 4);
    expect(int256_equal(left, right));
    for (unsigned amount = 0; amount < 256; amount += 51) {
        derive(shift, 4);
        shift[0] = (shift[0] & ~(uint64_t)255) | amount; /* only the first byte matters */
        copy_limbs(power, zero, 4);
        power[amount / 64] = (uint64_t)1 << (amount % 64);
        int256(INT256_SLL, left, a, shift);
        int256(INT256_MUL, right, a, power);
        expect(int256_equal(left, right));
        int256(INT256_SRL, left, left, shift);
        int256(INT256_SLL, left, left, shift);
        expect(int256_equal(left, right));
        int256(INT256_SRA, left, a, shift);
        note(left, 4);
        int256(INT256_SLT, left, left, zero);
        int256(INT256_SLT, right, a, zero);
        expect(int256_equal(left, right)); /* an arithmetic shift keeps the sign */
    }
    int256(INT256_SLTU, left, a, b);
    int256(INT256_SLTU, right, b, a);
    expect(left[0] + right[0] == 1 && left[0] == (uint64_t)is_less(a, b, 4));
}

/* to = base to the power `exponent`, in `bits` bits. */
#define POWER(modulus, to, base, exponent, bits)                                       \
    do {                                                                               \
        copy_limbs(to, one, limbs);                                                    \
        for (size_t bit = (bits); bit-- > 0;) {                                        \
            modular(modulus, MODULAR_MUL, to, to, to);                                 \
            if (bit_of(exponent, bit)) modular(modulus, MODULAR_MUL, to, to, base);    \
        }                                                                              \
    } while (0)

/* A number or its product with the non-square has the root that the hint names. */
#define CHECK_ROOT(modulus, of, non_square, must_exist)                                \
    do {                                                                               \
        modular_hint_sqrt(modulus, of);                                                \
        word exists = hint_store_word();                                               \
        hint_buffer((word *)root, limbs * 8 / WORD_BYTES);                             \
        expect(is_less(root, prime, limbs) && (exists || !(must_exist)));              \
        modular(modulus, MODULAR_MUL, left, root, root);                               \
        modular(modulus, MODULAR_MUL, right, of, exists ? one : non_square);           \
        expect(modular_is_equal(modulus, left, right));                                \
    } while (0)

EXTENSION_INLINE void exercise_modulus(const int modulus, const char *name, const uint64_t *prime, const size_t limbs) {
    number a, b, left, right, root, non_square, half;
    group = name;
    modular_setup_add(modulus, left, prime);
    modular_setup_mul(modulus, left, prime);
    (void)modular_setup_is_equal(modulus, prime);
    derive(a, limbs);
    derive(b, limbs);
    modular(modulus, MODULAR_ADD, a, a, zero);
    modular(modulus, MODULAR_ADD, b, b, zero);
    if (is_zero(b, limbs)) modular(modulus, MODULAR_ADD, b, b, one);
    expect(is_less(a, prime, limbs) && is_less(b, prime, limbs));

    modular(modulus, MODULAR_ADD, left, a, b);
    note(left, limbs);
    modular(modulus, MODULAR_SUB, right, left, b);
    expect(modular_is_equal(modulus, right, a));
    modular(modulus, MODULAR_MUL, left, left, left);
    modular(modulus, MODULAR_MUL, right, a, b);
    modular(modulus, MODULAR_ADD, right, right, right);
    modular(modulus, MODULAR_SUB, left, left, right);
    modular(modulus, MODULAR_MUL, right, a, a);
    modular(modulus, MODULAR_SUB, left, left, right);
    modular(modulus, MODULAR_MUL, right, b, b);
    expect(modular_is_equal(modulus, left, right)); /* (a + b)² − 2ab − a² = b² */
    modular(modulus, MODULAR_DIV, left, a, b);
    note(left, limbs);
    modular(modulus, MODULAR_MUL, left, left, b);
    expect(modular_is_equal(modulus, left, a));
    modular(modulus, MODULAR_ADD, left, a, one);
    expect(!modular_is_equal(modulus, left, a));

    POWER(modulus, left, a, prime, limbs * 64);
    expect(modular_is_equal(modulus, left, a)); /* Fermat */
    modular_hint_non_qr(modulus);
    hint_buffer((word *)non_square, limbs * 8 / WORD_BYTES);
    for (size_t i = 0; i < limbs; i++) half[i] = prime[i] >> 1 | (i + 1 < limbs ? prime[i + 1] << 63 : 0);
    POWER(modulus, left, non_square, half, limbs * 64);
    modular(modulus, MODULAR_ADD, left, left, one);
    expect(is_zero(left, limbs));
    modular(modulus, MODULAR_MUL, b, b, b);
    CHECK_ROOT(modulus, b, non_square, 1);
    CHECK_ROOT(modulus, a, non_square, 0);
}

EXTENSION_INLINE void exercise_fp2(const int field, const int modulus, const char *name, const uint64_t *prime, const size_t limbs) {
    element primes, a, b, conjugate, left, right;
    number norm, term;
    group = name;
    copy_limbs(primes, prime, limbs);
    copy_limbs(primes + limbs, prime, limbs);
    fp2_setup_add(field, left, primes);
    fp2_setup_mul(field, left, primes);
    derive(a, limbs);
    derive(a + limbs, limbs);
    derive(b, limbs);
    derive(b + limbs, limbs);
    fp2(field, FP2_ADD, a, a, zero);
    fp2(field, FP2_ADD, left, a, b);
    note(left, 2 * limbs);
    fp2(field, FP2_SUB, left, left, b);
    expect(is_same(left, a, 2 * limbs));
    fp2(field, FP2_DIV, left, a, b);
    note(left, 2 * limbs);
    fp2(field, FP2_MUL, left, left, b);
    expect(is_same(left, a, 2 * limbs));
    fp2(field, FP2_SUB, right, zero, a);
    copy_limbs(conjugate, a, limbs);
    copy_limbs(conjugate + limbs, right + limbs, limbs);
    fp2(field, FP2_MUL, left, a, conjugate);
    modular(modulus, MODULAR_MUL, norm, a, a);
    modular(modulus, MODULAR_MUL, term, a + limbs, a + limbs);
    modular(modulus, MODULAR_ADD, norm, norm, term);
    expect(is_same(left, norm, limbs) && is_zero(left + limbs, limbs)); /* the norm, by the other extension */
}

EXTENSION_INLINE int is_on_curve(const int modulus, const uint64_t *at, const uint64_t *a, const uint64_t *b, const size_t limbs) {
    number left, right;
    modular(modulus, MODULAR_MUL, right, at, at);
    modular(modulus, MODULAR_ADD, right, right, a);
    modular(modulus, MODULAR_MUL, right, right, at);
    modular(modulus, MODULAR_ADD, right, right, b);
    modular(modulus, MODULAR_MUL, left, at + limbs, at + limbs);
    return modular_is_equal(modulus, left, right) != 0;
}

EXTENSION_INLINE void exercise_curve(const int curve, const int modulus, const char *name, const uint64_t *parameters, const uint64_t *b,
                                     const uint64_t *order, const uint64_t *generator, const size_t limbs) {
    element twice, thrice, left, right, ones;
    number last;
    group = name;
    copy_limbs(ones, zero, 2 * limbs);
    ones[0] = ones[limbs] = 1;
    curve_setup_add(curve, left, parameters, ones);
    curve_setup_double(curve, left, parameters);
    expect(is_on_curve(modulus, generator, parameters + limbs, b, limbs));
    curve_double(curve, twice, generator);
    curve_add(curve, thrice, twice, generator);
    note(thrice, 2 * limbs);
    curve_double(curve, left, twice);
    curve_add(curve, right, thrice, generator);
    expect(is_same(left, right, 2 * limbs)); /* 2·2G = 3G + G */
    curve_add(curve, left, left, generator);
    curve_add(curve, right, thrice, twice);
    expect(is_same(left, right, 2 * limbs)); /* 4G + G = 3G + 2G */
    expect(is_on_curve(modulus, left, parameters + limbs, b, limbs));
    /* (order − 1)·G = −G: no step of it meets equal points. */
    copy_limbs(last, order, 4);
    last[0]--;
    size_t bit = 255;
    while (!bit_of(last, bit)) bit--;
    copy_limbs(left, generator, 2 * limbs);
    while (bit-- > 0) {
        curve_double(curve, left, left);
        if (bit_of(last, bit)) curve_add(curve, left, left, generator);
    }
    modular(modulus, MODULAR_SUB, left + limbs, zero, left + limbs);
    expect(is_same(left, generator, 2 * limbs));
}

/* e(2G, Q)·e(−G, Q)·e(−G, Q) = 1, as the hint proves. */
EXTENSION_INLINE void exercise_pairing(const int curve, const int modulus, const char *name, const uint64_t *generator, const uint64_t *q,
                                       pairing_result (*check)(const void *, const void *, size_t, int), const size_t limbs) {
    uint64_t g1[3 * 2 * MOST_LIMBS], g2[3 * 4 * MOST_LIMBS];
    group = name;
    curve_double(curve, g1, generator);
    for (size_t i = 0; i < 3; i++) copy_limbs(g2 + i * 4 * limbs, q, 4 * limbs);
    for (size_t i = 1; i < 3; i++) {
        copy_limbs(g1 + i * 2 * limbs, generator, limbs);
        modular(modulus, MODULAR_SUB, g1 + (i * 2 + 1) * limbs, zero, generator + limbs);
    }
    pairing_result result = check(g1, g2, 3, 1);
    expect(result.status == PAIRING_ONE && result.decision == DECIDED_BY_HINT);
}

#define EACH_MODULUS(X)                                        \
    X(SECP256K1_P, "secp256k1 field", *secp256k1_parameters, 4) \
    X(SECP256K1_N, "secp256k1 scalars", secp256k1_order, 4)     \
    X(P256_P, "P-256 field", *p256_parameters, 4)               \
    X(P256_N, "P-256 scalars", p256_order, 4)                   \
    X(BN254_P, "BN254 field", *bn254_parameters, 4)             \
    X(BN254_N, "BN254 scalars", bn254_order, 4)                 \
    X(BLS12_381_P, "BLS12-381 field", *bls12_381_parameters, 6) \
    X(BLS12_381_N, "BLS12-381 scalars", bls12_381_order, 4)     \
    X(MERSENNE_61, "2^61 - 1", mersenne_61, 4)                  \
    X(SEVEN, "7", seven, 4)

#define MODULUS_FUNCTION(modulus, name, prime, limbs) \
    __attribute__((noinline)) static void exercise_##modulus(void) { exercise_modulus(modulus, name, prime, limbs); }
#define MODULUS_CALL(modulus, name, prime, limbs) exercise_##modulus();
EACH_MODULUS(MODULUS_FUNCTION)

static void exercise_curves(void) {
    exercise_curve(SECP256K1, SECP256K1_P, "secp256k1", *secp256k1_parameters, secp256k1_b, secp256k1_order, *secp256k1_generator, 4);
    exercise_curve(P256, P256_P, "P-256", *p256_parameters, p256_b, p256_order, *p256_generator, 4);
    exercise_curve(BN254, BN254_P, "BN254", *bn254_parameters, bn254_b, bn254_order, *bn254_generator, 4);
    exercise_curve(BLS12_381, BLS12_381_P, "BLS12-381", *bls12_381_parameters, bls12_381_b, bls12_381_order, *bls12_381_generator, 6);
}

static void exercise_pairings(void) {
    bn254_set_up();
    bls12_381_set_up();
    exercise_fp2(BN254_FP2, BN254_P, "BN254 Fp2", *bn254_parameters, 4);
    exercise_fp2(BLS12_381_FP2, BLS12_381_P, "BLS12-381 Fp2", *bls12_381_parameters, 6);
    exercise_pairing(BN254, BN254_P, "BN254 pairing", *bn254_generator, *bn254_g2, bn254_check, 4);
    exercise_pairing(BLS12_381, BLS12_381_P, "BLS12-381 pairing", *bls12_381_generator, *bls12_381_g2, bls12_381_check, 6);
}

int main(void) {
    uint64_t digest[4];
    hint_input();
    record_length = hint_store_word();
    if (record_length > RECORD_BYTES) return EXIT_BAD_RECORD;
    hint_buffer(record, (record_length + WORD_BYTES - 1) / WORD_BYTES);
    sha256_start(&results);
    exercise_hashes();
    exercise_int256();
    EACH_MODULUS(MODULUS_CALL)
    exercise_curves();
    exercise_pairings();
    sha256_finish(&results, digest);
    for (size_t i = 0; i < 4; i++) reveal_u64(digest[i], i * 8);
    reveal_u64(checks, 32);
    reveal_u64(failures, 40);
    return failures == 0 ? 0 : EXIT_FAILED;
}
