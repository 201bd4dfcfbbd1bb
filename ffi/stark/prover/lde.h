/* Low-degree extension of matrices, row by row in memory. */
#ifndef RVR_STARK_LDE_H
#define RVR_STARK_LDE_H

#include "work.h"

/*
 * A group is all tables of one height in one tree, side by side in one matrix: row j is the bytes of the tree's leaf j.
 * `rows` has room for 2^(log_n + blowup) rows of `stride` words, blowup at least 1. On entry the first 2^log_n rows have
 * columns 0 to width - 1 of a trace, in natural order; on return all rows have their values on g * H in bit-reversed order,
 * and 0 in the columns behind them. Elements are canonical all the time. Progress grows by the rows on return × stride / 16,
 * rounded up.
 */
int stark_lde(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n, uint32_t blowup);

/* The same for values on from_shift * H_n, and columns behind `width` are left as they are. */
int stark_lde_shifted(struct stark_work *work, uint32_t *rows, uint64_t stride, uint32_t width, uint32_t log_n,
                      uint32_t blowup, uint32_t from_shift);

#endif
