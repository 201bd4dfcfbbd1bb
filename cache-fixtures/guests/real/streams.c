/* read, write and abort for guests, by system calls of the linux ABI; the rest of what picolibc asks for is in abi/picolibc/glue.c. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "../abi/linux/linux.h"

static ssize_t result_of(long result) {
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

ssize_t read(int file, void *to, size_t length) {
    return result_of(linux_read(file, to, length));
}

ssize_t write(int file, const void *from, size_t length) {
    return result_of(linux_write(file, from, length));
}

/* There are no signals: the exit code is that of a shell for SIGABRT. */
void abort(void) {
    linux_exit(134);
}
