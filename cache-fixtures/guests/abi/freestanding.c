/* The memory functions a compiler may call although no C library is there. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    unsigned char *out = to;
    const unsigned char *in = from;
    if ((((uintptr_t)out | (uintptr_t)in) & (sizeof(uintptr_t) - 1)) == 0) {
        for (; length >= sizeof(uintptr_t); length -= sizeof(uintptr_t)) {
            *(uintptr_t *)out = *(const uintptr_t *)in;
            out += sizeof(uintptr_t);
            in += sizeof(uintptr_t);
        }
    }
    while (length-- > 0) *out++ = *in++;
    return to;
}

void *memset(void *to, int value, size_t length) {
    unsigned char *out = to;
    uintptr_t pattern = (unsigned char)value * (UINTPTR_MAX / 255);
    for (; length > 0 && ((uintptr_t)out & (sizeof(uintptr_t) - 1)) != 0; length--) *out++ = (unsigned char)value;
    for (; length >= sizeof(uintptr_t); length -= sizeof(uintptr_t)) {
        *(uintptr_t *)out = pattern;
        out += sizeof(uintptr_t);
    }
    while (length-- > 0) *out++ = (unsigned char)value;
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    unsigned char *out = to;
    const unsigned char *in = from;
    if (out - in >= (ptrdiff_t)length || out <= in) {
        for (size_t i = 0; i < length; i++) out[i] = in[i];
    } else {
        while (length-- > 0) out[length] = in[length];
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t length) {
    const unsigned char *a = left, *b = right;
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}
