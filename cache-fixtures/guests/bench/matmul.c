/* Products of 128 by 128 matrices of 32-bit integers. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 1400;

enum { SIZE = 128 };
static uint32_t left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

static void multiply(void) {
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            uint32_t sum = 0;
            for (int i = 0; i < SIZE; i++) sum += left[row][i] * right[i][column];
            product[row][column] = sum;
        }
    }
}

unsigned kernel(unsigned scale) {
    uint32_t state = 1;
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            state = state * 1664525u + 1013904223u;
            left[row][column] = state >> 4;
            right[row][column] = state ^ (state >> 13);
        }
    }
    uint32_t checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        multiply();
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) {
                left[row][column] = product[row][column] ^ (uint32_t)(row + column);
                checksum = checksum * 31 + product[row][column];
            }
        }
    }
    return checksum;
}
