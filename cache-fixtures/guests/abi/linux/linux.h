/* The Linux system calls that a freestanding guest needs, made by ECALL. */
#pragma once
#include <stddef.h>
#include <stdint.h>

static inline long linux_call3(long number, long first, long second, long third) {
    register long a0 __asm__("a0") = first;
    register long a1 __asm__("a1") = second;
    register long a2 __asm__("a2") = third;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return a0;
}

/* Each returns what the kernel returns: a negative error number on failure. */
static inline long linux_read(int file, void *to, size_t length) {
    return linux_call3(63, file, (long)to, (long)length);
}

static inline long linux_write(int file, const void *from, size_t length) {
    return linux_call3(64, file, (long)from, (long)length);
}

/* Moves the end of the heap; returns the end that holds afterwards, so brk(0) asks for it. */
static inline uintptr_t linux_brk(uintptr_t end) {
    return (uintptr_t)linux_call3(214, (long)end, 0, 0);
}

static inline _Noreturn void linux_exit(int code) {
    for (;;) linux_call3(93, code, 0, 0);
}
