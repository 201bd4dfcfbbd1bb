/* Byte loops over text: lines and words by scanning, UTF-8 decoding, case folding, a rolling hash. */
#include <stdint.h>
#include "kernel.h"

const unsigned kernel_default_scale = 2200;

enum { SIZE = 65536 };
static uint8_t text[SIZE + 1];

static void generate(uint32_t state) {
    uint32_t at = 0;
    while (at + 4 <= SIZE) {
        state = state * 1664525u + 1013904223u;
        uint32_t pick = state >> 24, bits = state >> 8;
        if (pick < 20) {
            text[at++] = '\n';
        } else if (pick < 60) {
            text[at++] = ' ';
        } else if (pick < 220) {
            text[at++] = (uint8_t)((bits & 1 ? 'a' : 'A') + (bits >> 1) % 26);
        } else if (pick < 240) {
            text[at++] = (uint8_t)(0xc3);
            text[at++] = (uint8_t)(0x80 | (bits & 0x3f));
        } else if (pick < 250) {
            text[at++] = (uint8_t)(0xe4);
            text[at++] = (uint8_t)(0x80 | (bits & 0x3f));
            text[at++] = (uint8_t)(0x80 | (bits >> 6 & 0x3f));
        } else {
            text[at++] = 0xf0;
            text[at++] = 0x9f;
            text[at++] = (uint8_t)(0x80 | (bits & 0x3f));
            text[at++] = (uint8_t)(0x80 | (bits >> 6 & 0x3f));
        }
    }
    while (at <= SIZE) text[at++] = 0;
}

static const uint8_t *find_byte(const uint8_t *at, const uint8_t *end, uint8_t wanted) {
    while (at < end && *at != wanted) at++;
    return at;
}

static uint32_t length_of(const uint8_t *at) {
    const uint8_t *start = at;
    while (*at) at++;
    return (uint32_t)(at - start);
}

static uint32_t lines_and_words(const uint8_t *end) {
    uint32_t checksum = 0;
    for (const uint8_t *line = text; line < end;) {
        const uint8_t *stop = find_byte(line, end, '\n');
        for (const uint8_t *word = line; word < stop;) {
            const uint8_t *gap = find_byte(word, stop, ' ');
            checksum = checksum * 31 + (uint32_t)(gap - word);
            word = gap + 1;
        }
        line = stop + 1;
    }
    return checksum;
}

static uint32_t code_points(const uint8_t *at, const uint8_t *end) {
    uint32_t checksum = 0;
    while (at < end) {
        uint32_t first = *at++, point = first, more = 0;
        if (first >= 0xf0) {
            point = first & 7, more = 3;
        } else if (first >= 0xe0) {
            point = first & 15, more = 2;
        } else if (first >= 0xc0) {
            point = first & 31, more = 1;
        }
        for (; more > 0 && at < end; more--) {
            if ((*at & 0xc0) != 0x80) return 0;
            point = point << 6 | (*at++ & 0x3f);
        }
        checksum = checksum * 33 + point;
    }
    return checksum;
}

static uint32_t fold_and_hash(uint32_t length) {
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; i++) {
        uint8_t byte = text[i];
        if (byte >= 'A' && byte <= 'Z') byte |= 0x20;
        hash = (hash ^ byte) * 16777619u;
    }
    return hash;
}

unsigned kernel(unsigned scale) {
    uint32_t checksum = 1;
    for (unsigned round = 0; round < scale; round++) {
        if ((round & 15) == 0) generate(checksum);
        uint32_t length = length_of(text);
        checksum = checksum * 31 + lines_and_words(text + length);
        checksum = checksum * 31 + code_points(text, text + length);
        checksum = checksum * 31 + fold_and_hash(length);
        text[checksum % length] = 'x';
        if (round & 1) text[(checksum >> 8) % length] = ' ';
    }
    return checksum;
}
