/* What the host needs to find the block of a breakpoint: the slots at which blocks start or end. */
#include "guest.h"

static const uint64_t boundaries[] = { BOUNDARIES };

__attribute__((visibility("default"))) const uint64_t *rvr_block_boundaries(void) { return boundaries; }
