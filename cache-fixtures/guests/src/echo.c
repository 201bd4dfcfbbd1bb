/* Reads one input record, reveals its first 32 bytes (zero-padded) and prints all of it. */
#include "../abi/openvm/openvm.h"

static word record[65536 / sizeof(word)];

int main(void) {
    hint_input();
    size_t length = hint_store_word();
    if (length > sizeof record) return 1;
    hint_buffer(record, (length + WORD_BYTES - 1) / WORD_BYTES);
    for (size_t offset = 0; offset < 32; offset += WORD_BYTES) reveal(record[offset / WORD_BYTES], offset);
    print_str((const char *)record, length);
    return 0;
}
