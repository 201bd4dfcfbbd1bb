/* Reads pairs of words (kind, key) from an input record, pulls the item of each, and reveals how many bytes they have and their sum. */
#include "../abi/openvm/openvm.h"
#include "../../../ffi/guest/rvr_pull.h"

static uint32_t wanted[4096][2];
static char items[1 << 20] __attribute__((aligned(8)));

int main(void) {
    hint_input();
    size_t length = hint_store_word();
    if (length > sizeof wanted || length % sizeof *wanted != 0) return 1;
    hint_buffer((word *)wanted, (length + WORD_BYTES - 1) / WORD_BYTES);
    uint64_t bytes = 0, sum = 0;
    for (size_t at = 0; at < length / sizeof *wanted; at++) {
        rvr_pull_region region = {items, items + sizeof items};
        uint32_t count;
        const uint8_t *item = rvr_pull(&region, wanted[at][0], &wanted[at][1], sizeof(uint32_t), &count);
        if (item == 0) return 3;
        for (uint32_t byte = 0; byte < count; byte++) sum += item[byte];
        bytes += count;
    }
    reveal_u64(bytes, 0);
    reveal_u64(sum, 8);
    return 0;
}
