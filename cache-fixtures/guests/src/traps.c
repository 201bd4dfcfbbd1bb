/* Goes wrong in the way that the first byte of its input record chooses; see the list of cases below. */
#include "../abi/openvm/openvm.h"

enum {
    RETURN_ZERO = 0,
    LOAD_OUTSIDE = 1,
    STORE_OUTSIDE = 2,
    JUMP_OUTSIDE = 3,
    JUMP_MISALIGNED = 4,
    UNKNOWN_INSTRUCTION = 5,
    HINTS_EXHAUSTED = 6,
    ENDLESS_LOOP = 7,
    ENDLESS_RECURSION = 8,
    JUMP_INTO_BLOCK = 9, /* legal: ends with exit code 7 */
    LOAD_ACROSS_END = 10,
    REVEAL_OUTSIDE = 11,
    JUMP_TO_DATA = 12,
    INPUT_EXHAUSTED = 13,
    EBREAK = 14,
    ECALL = 15,
    LOAD_LAST_BYTES = 16, /* legal: ends with exit code 0 */
};

#define MEMORY_END ((uintptr_t)1 << 29)

/* Volatile, so that no address below is known when the guest is compiled or lifted. */
static volatile uintptr_t zero = 0;
static volatile uint32_t some_data[4] = {0x00000013, 0x00000013, 0x00000013, 0x00000013};

int jump_into_block(void);
__asm__(
    ".pushsection .text\n"
    ".globl jump_into_block\n"
    ".type jump_into_block, @function\n"
    "jump_into_block:\n"
    "    li a0, 99\n"
    "    li a0, 3\n" /* entered here */
    "    addi a0, a0, 4\n"
    "    ret\n"
    ".size jump_into_block, . - jump_into_block\n"
    ".popsection\n");

__attribute__((noinline)) static int call(uintptr_t address) {
    return ((int (*)(void))(address + zero))();
}

#pragma GCC diagnostic ignored "-Winfinite-recursion"
__attribute__((noinline)) static uintptr_t recurse(uintptr_t depth) {
    volatile uintptr_t frame[16];
    frame[depth & 15] = depth;
    return recurse(depth + 1) + frame[depth & 15];
}

__attribute__((noinline)) static void spin(void) {
    for (;;) __asm__ volatile("");
}

int main(void) {
    hint_input();
    (void)hint_store_word();
    const unsigned selector = hint_store_word() & 0xff;
    switch (selector) {
    case RETURN_ZERO: return 0;
    case LOAD_OUTSIDE: return (int)*(volatile uint32_t *)(MEMORY_END + zero);
    case STORE_OUTSIDE: *(volatile uint32_t *)(MEMORY_END + zero) = 1; return 1;
    case JUMP_OUTSIDE: return call(MEMORY_END + 64);
    case JUMP_MISALIGNED: return call((uintptr_t)jump_into_block + 2);
    case UNKNOWN_INSTRUCTION: __asm__ volatile(".word 0xffffffff"); return 1;
    case HINTS_EXHAUSTED: for (;;) (void)hint_store_word();
    case ENDLESS_LOOP: spin(); return 1;
    case ENDLESS_RECURSION: return (int)recurse(1);
    case JUMP_INTO_BLOCK: return call((uintptr_t)jump_into_block + 4);
    case LOAD_ACROSS_END: {
        uint32_t value;
        __asm__ volatile("lw %0, -2(%1)" : "=r"(value) : "r"(MEMORY_END + zero) : "memory");
        (void)value;
        return 1;
    }
    case REVEAL_OUTSIDE: reveal(1, ((size_t)1 << 20) + zero); return 1;
    case JUMP_TO_DATA: return call((uintptr_t)some_data);
    case INPUT_EXHAUSTED: for (;;) hint_input();
    case EBREAK: __asm__ volatile("ebreak"); return 1;
    case ECALL: __asm__ volatile("ecall" ::: "memory"); return 1;
    case LOAD_LAST_BYTES: {
        uint32_t value;
        __asm__ volatile("lw %0, -4(%1)" : "=r"(value) : "r"(MEMORY_END + zero) : "memory");
        return value != 0;
    }
    default: return 1;
    }
}
