/* Runs the kernel as a guest of the openvm ABI and reveals its checksum; the scale is the first word of one input record. */
#include "../abi/openvm/openvm.h"
#include "kernel.h"

int main(void) {
    hint_input();
    hint_store_word();
    reveal(kernel((unsigned)hint_store_word()), 0);
    return 0;
}
