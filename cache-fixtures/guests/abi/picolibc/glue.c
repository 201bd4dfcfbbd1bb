/* What picolibc asks of its host, answered by system calls of the linux ABI: standard streams, sbrk, _exit. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include "../linux/linux.h"

static char output[256];
static size_t output_length;

static int flush_output(FILE *stream) {
    (void)stream;
    size_t done = 0;
    while (done < output_length) {
        long wrote = linux_write(1, output + done, output_length - done);
        if (wrote <= 0) break;
        done += (size_t)wrote;
    }
    int result = done == output_length ? 0 : EOF;
    output_length = 0;
    return result;
}

static int put_output(char c, FILE *stream) {
    output[output_length++] = c;
    if (c == '\n' || output_length == sizeof output) return flush_output(stream) == 0 ? (unsigned char)c : EOF;
    return (unsigned char)c;
}

static int put_error(char c, FILE *stream) {
    (void)stream;
    return linux_write(2, &c, 1) == 1 ? (unsigned char)c : EOF;
}

static int get_input(FILE *stream) {
    (void)stream;
    unsigned char c;
    return linux_read(0, &c, 1) == 1 ? c : EOF;
}

static FILE input_stream = FDEV_SETUP_STREAM(NULL, get_input, NULL, _FDEV_SETUP_READ);
static FILE output_stream = FDEV_SETUP_STREAM(put_output, NULL, flush_output, _FDEV_SETUP_WRITE);
static FILE error_stream = FDEV_SETUP_STREAM(put_error, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &input_stream;
FILE *const stdout = &output_stream;
FILE *const stderr = &error_stream;

void *sbrk(ptrdiff_t change) {
    uintptr_t before = linux_brk(0);
    uintptr_t wanted = before + (uintptr_t)change;
    if (change != 0 && linux_brk(wanted) != wanted) {
        errno = ENOMEM;
        return (void *)-1;
    }
    return (void *)before;
}

_Noreturn void _exit(int code) {
    flush_output(stdout);
    linux_exit(code);
}
