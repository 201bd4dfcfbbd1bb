/* Runs the kernel natively and prints the same line as the guest; the scale is the first argument. */
#include <stdio.h>
#include <stdlib.h>
#include "kernel.h"

int main(int argc, char **argv) {
    unsigned scale = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    printf("%08x\n", kernel(scale != 0 ? scale : kernel_default_scale));
    return 0;
}
