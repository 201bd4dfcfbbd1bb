/*
 * Recovers the signers of secp256k1 signatures. The record holds 128 bytes for each, as the EVM's precompiled contract takes them:
 * hash, v (27 or 28), r, s, big-endian. Reveals the keccak256 hash of the answers (32 bytes each: the address, or zeros where the
 * signature is invalid) in bytes 0–31, and which signatures are valid as bits of a 64-bit number in bytes 32–39; prints the addresses.
 */
#include "hashes.h"

enum { EXIT_BAD_RECORD = 1, EXIT_BAD_HINT = 7 };
enum { FIELD = 0, SCALAR = 1, SECP256K1 = 0, LIMBS = 4 }; /* positions in elf/ecrecover.toml */
enum { SIGNATURE_BYTES = 128, MOST_SIGNATURES = 64 };

typedef struct {
    uint64_t limb[LIMBS];
} number;

typedef struct {
    number x, y;
} point;

/* The field's modulus and the curve's coefficient a, as the setup takes them. */
static const number curve_parameters[2] = {{{0xfffffffefffffc2f, ~0ull, ~0ull, ~0ull}}, {{0}}};
#define field_prime curve_parameters[0]
static const number order = {{0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, ~0ull}};
static const number half_field = {{0xffffffff7ffffe17, ~0ull, ~0ull, 0x7fffffffffffffff}}; /* (p − 1) / 2 */
static const number zero = {{0}}, ones[2] = {{{1}}, {{1}}};
static const number seven = {{7}};
static const point generator = {{{0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac}},
                                {{0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465}}};

static number non_square;

static inline void field(const int operation, number *to, const number *a, const number *b) {
    modular(FIELD, operation, to, a, b);
}

/* A root or a non-square as the hint stream gives it; the host is not to be trusted. */
static number read_hint(void) {
    number hint;
    hint_buffer((word *)&hint, sizeof hint / WORD_BYTES);
    if (!is_less(hint.limb, field_prime.limb, LIMBS)) terminate(EXIT_BAD_HINT);
    return hint;
}

/* By Euler's criterion. */
static int is_non_square(const number *value) {
    number power = ones[0];
    for (int bit = 255; bit-- > 0;) {
        field(MODULAR_MUL, &power, &power, &power);
        if (bit_of(half_field.limb, bit)) field(MODULAR_MUL, &power, &power, value);
    }
    field(MODULAR_ADD, &power, &power, &ones[0]);
    return is_zero(power.limb, LIMBS);
}

static void set_up(void) {
    point scratch;
    modular_setup_add(FIELD, &scratch, &field_prime);
    modular_setup_mul(FIELD, &scratch, &field_prime);
    (void)modular_setup_is_equal(FIELD, &field_prime);
    modular_setup_mul(SCALAR, &scratch, &order);
    modular_setup_add(SCALAR, &scratch, &order);
    curve_setup_add(SECP256K1, &scratch, curve_parameters, ones);
    curve_setup_double(SECP256K1, &scratch, curve_parameters);
    modular_hint_non_qr(FIELD);
    non_square = read_hint();
    if (!is_non_square(&non_square)) terminate(EXIT_BAD_HINT);
}

/* A square root, if there is one: either way the hint is proof. */
static int square_root(number *root, const number *of) {
    number square, wanted = *of;
    modular_hint_sqrt(FIELD, of);
    word exists = hint_store_word();
    *root = read_hint();
    if (!exists) field(MODULAR_MUL, &wanted, of, &non_square);
    field(MODULAR_MUL, &square, root, root);
    if (!modular_is_equal(FIELD, &square, &wanted)) terminate(EXIT_BAD_HINT);
    return exists != 0;
}

/* The point with this x (less than p) and a y of this parity. No point of the curve has y = 0. */
static int decompress(point *to, const number *x, int odd) {
    number y_square;
    to->x = *x;
    field(MODULAR_MUL, &y_square, x, x);
    field(MODULAR_MUL, &y_square, &y_square, x);
    field(MODULAR_ADD, &y_square, &y_square, &seven);
    if (!square_root(&to->y, &y_square)) return 0;
    if ((to->y.limb[0] & 1) != (unsigned)odd) field(MODULAR_SUB, &to->y, &zero, &to->y);
    return 1;
}

/* The point at infinity is (0, 0). */
static int is_infinite(const point *a) {
    return is_zero((const uint64_t *)a, 2 * LIMBS);
}

static void add(point *to, const point *a, const point *b) {
    if (is_infinite(b)) {
        *to = *a;
    } else if (is_infinite(a)) {
        *to = *b;
    } else if (!modular_is_equal(FIELD, &a->x, &b->x)) {
        curve_add(SECP256K1, to, a, b);
    } else if (modular_is_equal(FIELD, &a->y, &b->y)) {
        curve_double(SECP256K1, to, a);
    } else {
        *to = (point){0};
    }
}

/* generator·a + b·q, bit by bit for both factors at once. */
static void add_multiples(point *to, const number *a, const number *b, const point *q) {
    point table[4] = {{{{0}}, {{0}}}, generator, *q, {{{0}}, {{0}}}};
    point sum = {0};
    add(&table[3], &generator, q);
    for (int bit = 256; bit-- > 0;) {
        int index = bit_of(a->limb, bit) | bit_of(b->limb, bit) << 1;
        if (!is_infinite(&sum)) curve_double(SECP256K1, &sum, &sum);
        if (index != 0) add(&sum, &sum, &table[index]);
    }
    *to = sum;
}

static int is_scalar(const number *value) {
    return !is_zero(value->limb, LIMBS) && is_less(value->limb, order.limb, LIMBS);
}

static int recover(point *key, const uint8_t *signature) {
    number hash, v, r, s, by_generator, by_point;
    point nonce;
    reverse_bytes(&hash, signature, 32);
    reverse_bytes(&v, signature + 32, 32);
    reverse_bytes(&r, signature + 64, 32);
    reverse_bytes(&s, signature + 96, 32);
    if (v.limb[0] - 27 > 1 || !is_zero(v.limb + 1, LIMBS - 1)) return 0;
    if (!is_scalar(&r) || !is_scalar(&s)) return 0;
    if (!decompress(&nonce, &r, (int)(v.limb[0] - 27))) return 0;
    modular(SCALAR, MODULAR_DIV, &by_point, &s, &r);
    modular(SCALAR, MODULAR_DIV, &by_generator, &hash, &r);
    modular(SCALAR, MODULAR_SUB, &by_generator, &zero, &by_generator);
    add_multiples(key, &by_generator, &by_point, &nonce);
    return !is_infinite(key);
}

static void address_of(uint8_t *answer, const point *key) {
    uint64_t coordinates[64 / 8];
    hasher hash;
    reverse_bytes(coordinates, &key->x, 32);
    reverse_bytes(coordinates + 4, &key->y, 32);
    keccak256_start(&hash);
    hasher_update(&hash, coordinates, sizeof coordinates);
    keccak256_finish(&hash, answer);
    __builtin_memset(answer, 0, 12);
}

static void print_answer(const uint8_t *answer, int valid) {
    char line[43] = "0x";
    if (!valid) {
        print_str("invalid\n", 8);
        return;
    }
    for (int i = 0; i < 20; i++) {
        line[2 + 2 * i] = "0123456789abcdef"[answer[12 + i] >> 4];
        line[3 + 2 * i] = "0123456789abcdef"[answer[12 + i] & 15];
    }
    line[42] = '\n';
    print_str(line, sizeof line);
}

static word record[MOST_SIGNATURES * SIGNATURE_BYTES / sizeof(word)];

int main(void) {
    hasher answers;
    uint64_t digest[4], valid_set = 0;
    hint_input();
    size_t length = hint_store_word();
    if (length > sizeof record || length % SIGNATURE_BYTES != 0) return EXIT_BAD_RECORD;
    if (length > 0) hint_buffer(record, length / WORD_BYTES);
    set_up();
    keccak256_start(&answers);
    for (size_t i = 0; i < length / SIGNATURE_BYTES; i++) {
        uint64_t answer[4] = {0};
        point key;
        int valid = recover(&key, (const uint8_t *)record + i * SIGNATURE_BYTES);
        if (valid) address_of((uint8_t *)answer, &key);
        valid_set |= (uint64_t)valid << i;
        print_answer((uint8_t *)answer, valid);
        hasher_update(&answers, answer, sizeof answer);
    }
    keccak256_finish(&answers, digest);
    for (size_t i = 0; i < 4; i++) reveal_u64(digest[i], i * 8);
    reveal_u64(valid_set, 32);
    return 0;
}
