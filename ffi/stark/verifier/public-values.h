/* Public values of a guest, opened from the root of the memory that it ends with. */
#ifndef RVR_STARK_PUBLIC_VALUES_H
#define RVR_STARK_PUBLIC_VALUES_H

#include "../fault.h"

/* Bytes: so many the host has at most. */
#define STARK_MOST_PUBLIC_VALUES (UINT64_C(1) << 20)

/*
 * Takes an opening of `length` bytes at a multiple of 8, which nobody else may write to, and the final root of a run
 * whose proofs were accepted, or the root in a guest's result. 1, and *values are all that the guest has revealed:
 * behind them its public values are 0. Or 0 and *fault.
 */
int stark_public_values_open(struct rvr_view *values, const uint8_t *bytes, uint64_t length, const uint32_t *root, struct stark_fault *fault);

#endif
