/*
 * Checks that a product of pairings is 1. The first record has two bytes: the curve (0: BN254, 1: BLS12-381) and whether the host's hint
 * may be used (1) or the final exponentiation is computed (0). The second one holds the pairs as the EVM's precompiled contracts take
 * them (EIP-197: 192 bytes each; EIP-2537: 384 bytes each). Reveals three 64-bit numbers: the answer (0: not 1, 1: it is 1, 2: invalid
 * input), the number of pairs, and what the answer rests on (0: nothing to compute, 1: hint, 2: final exponentiation).
 */
#include "numbers.h"
#include "pairing.h"

enum { EXIT_BAD_RECORD = 1 };
enum { CURVES = 2, COORDINATES = 6 };

typedef struct {
    size_t number_bytes, encoded_bytes;
    /* Which coordinate comes first in the encoding of one of G2: EIP-197 has the imaginary part first. */
    int imaginary_first;
    void (*set_up)(void);
    pairing_result (*check)(const void *g1, const void *g2, size_t pairs, int hinted);
} curve;

static const curve curves[CURVES] = {
    {32, 32, 1, bn254_set_up, bn254_check},
    {48, 64, 0, bls12_381_set_up, bls12_381_check},
};

static word record[MOST_PAIRS * COORDINATES * 64 / sizeof(word)];
static uint64_t g1[MOST_PAIRS * 2 * 48 / 8], g2[MOST_PAIRS * 4 * 48 / 8];

/* Takes the next record; answers its length, or a greater one than `most` where there is no room for it. */
static size_t read_record(size_t most) {
    hint_input();
    size_t length = hint_store_word();
    if (length <= most) hint_buffer(record, (length + WORD_BYTES - 1) / WORD_BYTES);
    return length;
}

/* Big-endian with leading zeros; 0 where those are not zeros. */
static int read_number(void *to, const uint8_t *encoded, const curve *of) {
    size_t padding = of->encoded_bytes - of->number_bytes;
    for (size_t i = 0; i < padding; i++) {
        if (encoded[i] != 0) return 0;
    }
    reverse_bytes(to, encoded + padding, of->number_bytes);
    return 1;
}

static int read_pairs(size_t pairs, const curve *of) {
    const uint8_t *encoded = (const uint8_t *)record;
    for (size_t i = 0; i < pairs * COORDINATES; i++, encoded += of->encoded_bytes) {
        size_t pair = i / COORDINATES, coordinate = i % COORDINATES;
        uint8_t *to = coordinate < 2 ? (uint8_t *)g1 + (pair * 2 + coordinate) * of->number_bytes
                                     : (uint8_t *)g2 + (pair * 4 + ((coordinate - 2) ^ (size_t)of->imaginary_first)) * of->number_bytes;
        if (!read_number(to, encoded, of)) return 0;
    }
    return 1;
}

static void answer(pairing_result result, size_t pairs) {
    static const char *const texts[] = {"the product is not 1\n", "the product is 1\n", "invalid points\n"};
    const char *text = texts[result.status];
    size_t length = 0;
    while (text[length] != 0) length++;
    print_str(text, length);
    reveal_u64(result.status, 0);
    reveal_u64(pairs, 8);
    reveal_u64(result.decision, 16);
}

int main(void) {
    if (read_record(WORD_BYTES) != 2) return EXIT_BAD_RECORD;
    const uint8_t *choice = (const uint8_t *)record;
    if (choice[0] >= CURVES) return EXIT_BAD_RECORD;
    const curve *of = &curves[choice[0]];
    int hinted = choice[1];
    size_t length = read_record(sizeof record), pair_bytes = COORDINATES * of->encoded_bytes;
    if (length > sizeof record || length % pair_bytes != 0 || length / pair_bytes > MOST_PAIRS) return EXIT_BAD_RECORD;
    size_t pairs = length / pair_bytes;
    of->set_up();
    if (read_pairs(pairs, of)) answer(of->check(g1, g2, pairs, hinted), pairs);
    else answer((pairing_result){PAIRING_INVALID, DECIDED_WITHOUT_PAIRING}, pairs);
    return 0;
}
