/*
 * Executes single extension instructions on operands and addresses of the caller's choice. The input record is a script of
 * commands, each some 32-bit words (addresses and register values take two, the low one first):
 *
 *   END                               ends with exit code 0
 *   POKE address length bytes…        writes guest memory; the bytes are padded to a multiple of 4
 *   PEEK address length               reveals guest memory, padded with zeros to whole words of W bytes
 *   RUN  operation rd rs1 rs2         executes an instruction; reveals its result (0 where it has none) as one word
 *   HINTS words                       reveals words of the hint stream
 *
 * `operation` is (custom << 12 | funct3 << 8 | funct7) with custom 0 or 1; setups have (rs2 field + 1) << 16 too, as their variant.
 * What is revealed is one growing sequence from offset 0, so the caller asks for public values as long as it needs.
 */
#include "../abi/openvm/openvm-extensions.h"

enum { END = 0, POKE = 1, PEEK = 2, RUN = 3, HINTS = 4 };
enum { EXIT_TOO_LONG = 1, EXIT_UNKNOWN = 7 };

/* Positions in elf/extension-probe.toml: so many moduli, curves and Fp2 fields. */
#define EACH_MODULUS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)
#define EACH_CURVE(X) X(0) X(1) X(2) X(3)
#define EACH_FIELD(X) X(0) X(1)
#define EACH_INT256(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10)

#define OPERATION(custom, funct3, funct7) ((custom) << 12 | (funct3) << 8 | (funct7))
#define SETUP_VARIANT(rs2) (((rs2) + 1) << 16)

#define INSTRUCTION(custom, funct3, funct7, rd, rs1, rs2) \
    __asm__ volatile(".insn r " #custom ", " #funct3 ", %c0, " rd ", " rs1 ", " rs2 ::"i"(funct7), "r"(to), "r"(a), "r"(b) : "memory")
#define CUSTOM_0 0x0b
#define CUSTOM_1 0x2b
/* One instruction of three registers, or with some of them replaced. */
#define INSTRUCTION_OF(opcode, ...) INSTRUCTION(opcode, __VA_ARGS__)
#define THREE(custom, opcode, funct3, funct7) \
    case OPERATION(custom, funct3, funct7): INSTRUCTION_OF(opcode, funct3, funct7, "%1", "%2", "%3"); return 0;
#define SETUP(funct3, funct7, rs2, register) \
    case OPERATION(1, funct3, funct7) | SETUP_VARIANT(rs2): INSTRUCTION_OF(CUSTOM_1, funct3, funct7, "%1", "%2", register); return 0;

#define INT256_CASE(operation) THREE(0, CUSTOM_0, 5, operation)

#define MODULUS_CASES(i)                                                                                           \
    THREE(1, CUSTOM_1, 0, i * 8 + MODULAR_ADD)                                                                     \
    THREE(1, CUSTOM_1, 0, i * 8 + MODULAR_SUB)                                                                     \
    THREE(1, CUSTOM_1, 0, i * 8 + MODULAR_MUL)                                                                     \
    THREE(1, CUSTOM_1, 0, i * 8 + MODULAR_DIV)                                                                     \
    case OPERATION(1, 0, i * 8 + MODULAR_IS_EQUAL): return modular_is_equal(i, (void *)a, (void *)b);              \
    SETUP(0, i * 8 + MODULAR_SETUP, 0, "x0")                                                                       \
    SETUP(0, i * 8 + MODULAR_SETUP, 1, "x1")                                                                       \
    case OPERATION(1, 0, i * 8 + MODULAR_SETUP) | SETUP_VARIANT(2): return modular_setup_is_equal(i, (void *)a);   \
    case OPERATION(1, 0, i * 8 + MODULAR_HINT_NON_QR): modular_hint_non_qr(i); return 0;                           \
    case OPERATION(1, 0, i * 8 + MODULAR_HINT_SQRT): modular_hint_sqrt(i, (void *)a); return 0;

/* The setup of additions has a register as its rs2: the variant is 1 for whichever. */
#define CURVE_CASES(i)                                        \
    THREE(1, CUSTOM_1, 1, i * 8 + CURVE_ADD)                  \
    THREE(1, CUSTOM_1, 1, i * 8 + CURVE_DOUBLE)               \
    SETUP(1, i * 8 + CURVE_SETUP, 0, "x0")                    \
    SETUP(1, i * 8 + CURVE_SETUP, 1, "%3")

#define FIELD_CASES(i)                                        \
    THREE(1, CUSTOM_1, 2, i * 8 + FP2_ADD)                    \
    THREE(1, CUSTOM_1, 2, i * 8 + FP2_SUB)                    \
    THREE(1, CUSTOM_1, 2, i * 8 + FP2_MUL)                    \
    THREE(1, CUSTOM_1, 2, i * 8 + FP2_DIV)                    \
    SETUP(2, i * 8 + FP2_SETUP, 0, "x0")                      \
    SETUP(2, i * 8 + FP2_SETUP, 1, "x1")

__attribute__((noinline)) static word run(uint32_t operation, word to, word a, word b) {
    switch (operation) {
    THREE(0, CUSTOM_0, 4, 0)
    THREE(0, CUSTOM_0, 4, 1)
    THREE(0, CUSTOM_0, 4, 2)
    THREE(0, CUSTOM_0, 4, 3)
    EACH_INT256(INT256_CASE)
    case OPERATION(0, 6, 0): return int256_equal((void *)a, (void *)b);
    EACH_MODULUS(MODULUS_CASES)
    EACH_CURVE(CURVE_CASES)
    EACH_FIELD(FIELD_CASES)
    case OPERATION(1, 3, PAIRING_BN254 * 16): pairing_hint_final_exponent(PAIRING_BN254, (void *)a, (void *)b); return 0;
    case OPERATION(1, 3, PAIRING_BLS12_381 * 16): pairing_hint_final_exponent(PAIRING_BLS12_381, (void *)a, (void *)b); return 0;
    default: terminate(EXIT_UNKNOWN);
    }
}

static word script[96 * 1024 / sizeof(word)];
static word hints[1024];
static const uint32_t *next;
static size_t revealed;

static void reveal_next(word value) {
    reveal(value, revealed);
    revealed += WORD_BYTES;
}

/* The next 64-bit value of the script, cut to a register. */
static word next_register(void) {
    uint64_t value = next[0] | (uint64_t)next[1] << 32;
    next += 2;
    return (word)value;
}

static void poke(void) {
    uint8_t *to = (uint8_t *)next_register();
    uint32_t length = *next++;
    const uint8_t *from = (const uint8_t *)next;
    for (uint32_t i = 0; i < length; i++) to[i] = from[i];
    next += (length + 3) / 4;
}

static void peek(void) {
    const uint8_t *from = (const uint8_t *)next_register();
    uint32_t length = *next++;
    for (uint32_t i = 0; i < length; i += WORD_BYTES) {
        word value = 0;
        for (uint32_t j = 0; j < WORD_BYTES && i + j < length; j++) value |= (word)from[i + j] << (8 * j);
        reveal_next(value);
    }
}

int main(void) {
    hint_input();
    size_t length = hint_store_word();
    if (length > sizeof script) return EXIT_TOO_LONG;
    hint_buffer(script, (length + WORD_BYTES - 1) / WORD_BYTES);
    next = (const uint32_t *)script;
    for (;;) {
        switch (*next++) {
        case END: return 0;
        case POKE: poke(); break;
        case PEEK: peek(); break;
        case RUN: {
            uint32_t operation = *next++;
            word to = next_register(), a = next_register(), b = next_register();
            reveal_next(run(operation, to, a, b));
            break;
        }
        case HINTS: {
            uint32_t words = *next++;
            if (words > sizeof hints / sizeof *hints) return EXIT_TOO_LONG;
            hint_buffer(hints, words);
            for (uint32_t i = 0; i < words; i++) reveal_next(hints[i]);
            break;
        }
        default: return EXIT_UNKNOWN;
        }
    }
}
