/* A program of Linux: copies a file in capitals, 16 bytes at a time, and says what it finds of its environment, its own
 * headers, mapped memory and the file. Its thread-local data is where its program headers say. Exits with the number
 * of lines less one. */
#include "../abi/linux/linux.h"

#define O_RDONLY 0
#define O_RDWR_CREAT_TRUNC (2 | 0100 | 01000)
#define AT_FDCWD (-100)
#define PT_TLS 7
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 0x20

static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

static __thread int lines = 40;
static __thread int words;
static char tls[4096] __attribute__((aligned(64)));

struct header {
    uint32_t type;
#if __riscv_xlen == 64
    uint32_t flags;
#endif
    uintptr_t offset, address, physical, bytes, memory;
};

static size_t length(const char *text) {
    size_t count = 0;
    while (text[count] != 0) count++;
    return count;
}
static void say(const char *text) { linux_write(1, text, length(text)); }
static void number(const char *what, long value) {
    char digits[24], *at = digits + sizeof digits;
    unsigned long rest = value < 0 ? 0 - (unsigned long)value : (unsigned long)value;
    *--at = '\n';
    do *--at = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0) *--at = '-';
    say(what);
    linux_write(1, at, (size_t)(digits + sizeof digits - at));
}

/* What the start code of a C library does. */
static void thread_local_data(const uintptr_t *auxiliary) {
    const char *headers = 0;
    size_t bytes = 0, count = 0;
    for (; auxiliary[0] != 0; auxiliary += 2) {
        if (auxiliary[0] == AT_PHDR) headers = (const char *)auxiliary[1];
        if (auxiliary[0] == AT_PHENT) bytes = auxiliary[1];
        if (auxiliary[0] == AT_PHNUM) count = auxiliary[1];
        if (auxiliary[0] == AT_PAGESZ) number("page ", (long)auxiliary[1]);
    }
    for (size_t index = 0; index < count; index++) {
        const struct header *header = (const void *)(headers + index * bytes);
        if (header->type != PT_TLS) continue;
        for (size_t at = 0; at < header->bytes; at++) tls[at] = ((const char *)header->address)[at];
    }
    __asm__ volatile("mv tp, %0" ::"r"(tls));
}

static long mapped(long bytes, long flags, long file) {
    return call6(222, 0, bytes, 3, MAP_PRIVATE | flags, file, 0);
}

int main(int argc, char **argv) {
    char **environment = argv + argc + 1, **at = environment;
    while (*at != 0) at++;
    thread_local_data((const uintptr_t *)(at + 1));
    for (at = environment; *at != 0; at++)
        if ((*at)[0] == 'R' && (*at)[1] == 'V') { say(*at); say("\n"); }
    if (argc != 3) return 1;

    long in = call6(56, AT_FDCWD, (long)argv[1], O_RDONLY, 0, 0, 0);
    long out = call6(56, AT_FDCWD, (long)argv[2], O_RDWR_CREAT_TRUNC, 0600, 0, 0);
    number("input ", in);
    number("output ", out);
    if (in < 0 || out < 0) return 2;
    char part[16];
    for (long got; (got = linux_read((int)in, part, sizeof part)) > 0;) {
        for (long index = 0; index < got; index++) {
            if (part[index] == '\n') lines++;
            if (part[index] == ' ' || part[index] == '\n') words++;
            if (part[index] >= 'a' && part[index] <= 'z') part[index] -= 32;
        }
        if (linux_write((int)out, part, (size_t)got) != got) return 3;
    }
    static unsigned char about[256];
    number("statx ", call6(291, out, (long)"", 0x1000, 0x7ff, (long)about, 0));
    long size = *(long *)(about + 40);
    number("size ", size);
    number("mode ", *(uint16_t *)(about + 28) & 0170000);

    const char *copy = (const char *)mapped(size, 0, out);
    long sum = 0;
    for (long index = 0; index < size; index++) sum += copy[index];
    number("sum ", sum);
    number("behind it ", copy[size]);
    long *zeros = (long *)mapped(100000, MAP_ANONYMOUS, -1);
    zeros[5] = 7;
    zeros = (long *)call6(216, (long)zeros, 100000, 300000, 1, 0, 0);
    number("moved ", zeros[5] + zeros[20000]);
    number("unmapped ", linux_call3(215, (long)zeros, 300000, 0));

    number("none ", call6(56, AT_FDCWD, (long)"/none/such", O_RDONLY, 0, 0, 0));
    number("dup ", linux_call3(23, out, 0, 0));
    number("closed ", linux_call3(57, out, 0, 0));
    number("again ", linux_call3(57, out, 0, 0));
    number("terminal ", linux_call3(29, in, 0x5413, (long)about));
    number("words ", words);
    return lines - 41;
}
