/* Reads n (u64) from one input record and reveals the n-th Fibonacci number modulo 2^64. */
#include "../abi/openvm/openvm.h"

int main(void) {
    hint_input();
    if (hint_store_word() != 8) return 1;
    uint64_t n = hint_store_word();
    if (WORD_BYTES == 4) n |= (uint64_t)hint_store_word() << 32;

    uint64_t a = 0, b = 1;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t next = a + b;
        a = b;
        b = next;
        /* Keeps each step a step: without it the compiler unrolls and n no longer shows in the instruction count. */
        __asm__ volatile("" : "+r"(a), "+r"(b));
    }
    reveal_u64(a, 0);
    return 0;
}
