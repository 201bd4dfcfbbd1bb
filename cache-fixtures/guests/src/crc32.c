/*
 * CRC-32 of one input record (at most 4096 bytes) by the instruction of the example extension in cache-fixtures/extensions/crc32:
 * revealed, and printed in hex.
 */
#include "../abi/openvm/openvm.h"

static word record[4096 / sizeof(word)];

static inline uint32_t crc32(const void *bytes, size_t length) {
    word crc;
    __asm__ volatile(".insn r 0x5b, 0, 0, %0, %1, %2" : "=r"(crc) : "r"(bytes), "r"(length) : "memory");
    return (uint32_t)crc;
}

int main(void) {
    hint_input();
    size_t length = hint_store_word();
    if (length > sizeof record) return 1;
    hint_buffer(record, (length + WORD_BYTES - 1) / WORD_BYTES);
    uint32_t crc = crc32(record, length);
    reveal(crc, 0);
    char text[9];
    for (int digit = 0; digit < 8; digit++) text[digit] = "0123456789abcdef"[crc >> (28 - 4 * digit) & 15];
    text[8] = '\n';
    print_str(text, sizeof text);
    return 0;
}
