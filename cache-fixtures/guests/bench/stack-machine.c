/* A machine with a stack and sixteen operations in a switch, and a program for it that counts primes by division. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 16;

enum op { PUSH, LOAD, STORE, ADD, SUB, MUL, DIV, REM, LESS, EQUAL, JUMP, JUMP_IF, AND, XOR, DROP, END };

/* Variables: 0 candidate, 1 divisor, 2 primes, 3 limit. */
static const uint8_t program[] = {
    PUSH, 2, STORE, 0,
    /* 4: next candidate */
    LOAD, 0, LOAD, 3, LESS, PUSH, 0, EQUAL, JUMP_IF, 63,
    PUSH, 2, STORE, 1,
    /* 18: next divisor */
    LOAD, 0, LOAD, 1, LOAD, 1, MUL, LESS, JUMP_IF, 47,
    LOAD, 0, LOAD, 1, REM, PUSH, 0, EQUAL, JUMP_IF, 54,
    LOAD, 1, PUSH, 1, ADD, STORE, 1, JUMP, 18,
    /* 47: a prime */
    LOAD, 2, PUSH, 1, ADD, STORE, 2,
    /* 54 */
    LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 4,
    /* 63 */
    LOAD, 2, END,
};

static uint32_t run(uint32_t limit) {
    uint32_t stack[16], variables[4] = { 0, 0, 0, limit }, *top = stack;
    for (const uint8_t *pc = program;;) {
        switch ((enum op)*pc++) {
        case PUSH: *top++ = *pc++; break;
        case LOAD: *top++ = variables[*pc++]; break;
        case STORE: variables[*pc++] = *--top; break;
        case ADD: top--; top[-1] += *top; break;
        case SUB: top--; top[-1] -= *top; break;
        case MUL: top--; top[-1] *= *top; break;
        case DIV: top--; top[-1] = *top ? top[-1] / *top : 0; break;
        case REM: top--; top[-1] = *top ? top[-1] % *top : 0; break;
        case LESS: top--; top[-1] = top[-1] < *top; break;
        case EQUAL: top--; top[-1] = top[-1] == *top; break;
        case JUMP: pc = program + *pc; break;
        case JUMP_IF: pc = *--top ? program + *pc : pc + 1; break;
        case AND: top--; top[-1] &= *top; break;
        case XOR: top--; top[-1] ^= *top; break;
        case DROP: top--; break;
        case END: return top[-1];
        }
    }
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) checksum = checksum * 33 + run(1000u << 2 * (round & 3));
    return checksum;
}
