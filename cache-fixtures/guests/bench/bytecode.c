/* A stack machine run by a switch and by computed jumps; its program sums the lengths of Collatz sequences. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 130;

enum { PUSH, LOAD, STORE, ADD, SUB, MUL, AND, SHIFT_RIGHT, LESS, EQUAL, JUMP, JUMP_IF_ZERO, HALT };
enum { I, X, STEPS, LIMIT };

static const uint8_t program[] = {
    /*  0 */ PUSH, 1, STORE, I,
    /*  4 */ LOAD, I, LOAD, LIMIT, LESS, JUMP_IF_ZERO, 59,
    /* 11 */ LOAD, I, STORE, X,
    /* 15 */ LOAD, X, PUSH, 1, EQUAL, JUMP_IF_ZERO, 24, JUMP, 50,
    /* 24 */ LOAD, STEPS, PUSH, 1, ADD, STORE, STEPS, LOAD, X, PUSH, 1, AND, JUMP_IF_ZERO, 41,
    /* 38 */ JUMP, 60, HALT,
    /* 41 */ LOAD, X, PUSH, 1, SHIFT_RIGHT, STORE, X, JUMP, 15,
    /* 50 */ LOAD, I, PUSH, 1, ADD, STORE, I, JUMP, 4,
    /* 59 */ HALT,
    /* 60 */ LOAD, X, PUSH, 3, MUL, PUSH, 1, ADD, STORE, X, JUMP, 15,
};

static uint32_t run_switch(uint32_t limit) {
    uint32_t variables[4] = {0, 0, 0, limit}, stack[16], *top = stack;
    const uint8_t *at = program;
    for (;;) {
        switch (*at++) {
        case PUSH: *top++ = *at++; break;
        case LOAD: *top++ = variables[*at++]; break;
        case STORE: variables[*at++] = *--top; break;
        case ADD: top--; top[-1] += *top; break;
        case SUB: top--; top[-1] -= *top; break;
        case MUL: top--; top[-1] *= *top; break;
        case AND: top--; top[-1] &= *top; break;
        case SHIFT_RIGHT: top--; top[-1] >>= *top & 31; break;
        case LESS: top--; top[-1] = top[-1] < *top; break;
        case EQUAL: top--; top[-1] = top[-1] == *top; break;
        case JUMP: at = program + *at; break;
        case JUMP_IF_ZERO: at = *--top == 0 ? program + *at : at + 1; break;
        default: return variables[STEPS];
        }
    }
}

static uint32_t run_computed(uint32_t limit) {
    static const void *const labels[] = {
        &&push, &&load, &&store, &&add, &&sub, &&mul, &&and, &&shift_right, &&less, &&equal, &&jump, &&jump_if_zero, &&halt,
    };
    uint32_t variables[4] = {0, 0, 0, limit}, stack[16], *top = stack;
    const uint8_t *at = program;
    goto *labels[*at++];
push: *top++ = *at++; goto *labels[*at++];
load: *top++ = variables[*at++]; goto *labels[*at++];
store: variables[*at++] = *--top; goto *labels[*at++];
add: top--; top[-1] += *top; goto *labels[*at++];
sub: top--; top[-1] -= *top; goto *labels[*at++];
mul: top--; top[-1] *= *top; goto *labels[*at++];
and: top--; top[-1] &= *top; goto *labels[*at++];
shift_right: top--; top[-1] >>= *top & 31; goto *labels[*at++];
less: top--; top[-1] = top[-1] < *top; goto *labels[*at++];
equal: top--; top[-1] = top[-1] == *top; goto *labels[*at++];
jump: at = program + *at; goto *labels[*at++];
jump_if_zero: at = *--top == 0 ? program + *at : at + 1; goto *labels[*at++];
halt: return variables[STEPS];
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        checksum = checksum * 31 + run_switch(2000 + round);
        checksum = checksum * 31 + run_computed(2500 + round);
    }
    return checksum;
}
