/* A text of 4 KB to 4 MB, made here, taken apart into names, numbers, strings and comments by a machine of states. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 60;

enum { MOST = 1 << 22 };
static char text[MOST + 1];

static uint32_t fill(uint32_t length, uint32_t random) {
    static const char *const pieces[] = { "while", " ", "(x1", " < ", "4096", ") ", "\"a \\\" b\"", " /* no */ ", "\n\t", "y_ = ", "0x1f", ";", "a+b", "'" };
    uint32_t at = 0;
    while (at < length) {
        random = random * 1103515245u + 12345u;
        for (const char *from = pieces[(random >> 16) % 14]; *from && at < length; from++) text[at++] = *from;
    }
    text[at] = 0;
    return random;
}

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int is_digit(char c) { return c >= '0' && c <= '9'; }

static uint32_t tokens(const char *at) {
    uint32_t sum = 0;
    while (*at) {
        const char *const from = at;
        uint32_t kind = 0, value = 0;
        if (is_letter(*at)) {
            kind = 1;
            while (is_letter(*at) || is_digit(*at)) value = value * 31 + (uint8_t)*at++;
        } else if (is_digit(*at)) {
            kind = 2;
            while (is_letter(*at) || is_digit(*at)) value = value * 10 + (uint32_t)(*at++ - '0');
        } else if (*at == '"') {
            kind = 3;
            for (at++; *at && *at != '"'; at++)
                if (*at == '\\' && at[1]) at++;
            if (*at) at++;
        } else if (*at == '/' && at[1] == '*') {
            kind = 4;
            for (at += 2; *at && !(*at == '*' && at[1] == '/'); at++) value++;
            if (*at) at += 2;
        } else if (*at == ' ' || *at == '\n' || *at == '\t') {
            at++;
            continue;
        } else value = (uint8_t)*at++;
        sum = sum * 33 + (kind << 24 ^ value ^ (uint32_t)(at - from));
    }
    return sum;
}

unsigned kernel(unsigned scale) {
    uint32_t random = 3u, checksum = 0;
    for (unsigned round = 0; round < scale; round++) {
        random = fill(4096u << 2 * (round % 6), random);
        checksum = checksum * 33 + tokens(text);
    }
    return checksum;
}
