/* Runs the kernel as a guest of the linux ABI and prints its checksum; the scale is the first argument. */
#include <stdint.h>
#include "../abi/linux/linux.h"
#include "kernel.h"

int main(int argc, char **argv) {
    unsigned scale = 0;
    if (argc > 1) {
        for (const char *digit = argv[1]; *digit >= '0' && *digit <= '9'; digit++) scale = scale * 10 + (unsigned)(*digit - '0');
    }
    uint32_t checksum = kernel(scale != 0 ? scale : kernel_default_scale);
    char line[9];
    for (int i = 7; i >= 0; i--, checksum >>= 4) line[i] = "0123456789abcdef"[checksum & 15];
    line[8] = '\n';
    return linux_write(1, line, sizeof line) == (long)sizeof line ? 0 : 1;
}
