/* The custom-0 instructions of the openvm ABI as inline functions. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* One hint word, and the unit of HINT_STORE, HINT_BUFFER and REVEAL: XLEN bits. */
typedef uintptr_t word;

enum { WORD_BYTES = sizeof(word), HINT_BUFFER_MAX_WORDS = 1023 };

/* Pops the next input record into the hint stream: its length as one word, its bytes, zeros up to a whole word. */
static inline void hint_input(void) {
    __asm__ volatile(".insn i 0x0b, 3, x0, x0, 0" ::: "memory");
}

/* Takes one word from the hint stream. */
static inline word hint_store_word(void) {
    word value;
    __asm__ volatile(".insn i 0x0b, 1, %0, x0, 0" ::"r"(&value) : "memory");
    return value;
}

/* Takes `words` words (any number) from the hint stream. */
static inline void hint_buffer(word *to, size_t words) {
    while (words > 0) {
        size_t part = words < HINT_BUFFER_MAX_WORDS ? words : HINT_BUFFER_MAX_WORDS;
        __asm__ volatile(".insn i 0x0b, 1, %0, %1, 1" ::"r"(to), "r"(part) : "memory");
        to += part;
        words -= part;
    }
}

/* Writes one word into the public values; `offset` is in bytes, a multiple of the word size. */
static inline void reveal(word value, size_t offset) {
    __asm__ volatile(".insn i 0x0b, 2, %0, %1, 0" ::"r"(offset), "r"(value) : "memory");
}

/* Writes eight bytes into the public values. */
static inline void reveal_u64(uint64_t value, size_t offset) {
    reveal((word)value, offset);
    if (WORD_BYTES == 4) reveal((word)(value >> 32), offset + 4);
}

/* Hands UTF-8 text to the host. */
static inline void print_str(const char *text, size_t length) {
    __asm__ volatile(".insn i 0x0b, 3, %0, %1, 1" ::"r"(text), "r"(length) : "memory");
}

/* Ends the guest; the exit code must be a constant. */
#define terminate(code)                                                            \
    do {                                                                           \
        __asm__ volatile(".insn i 0x0b, 0, x0, x0, %0" ::"i"(code) : "memory");    \
        __builtin_unreachable();                                                   \
    } while (0)
