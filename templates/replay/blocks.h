/* Blocks that have a row of their own: tables of all that the machine has. */
#pragma once
#include "airs.h"
#include "block_numbers.h"

/* A block's instructions fill rows in scratch; it has `rows` entries in block_rows from `first_rows` on, and so forth. */
struct block_chip { uint32_t air, start, instructions, rows, first_rows, copies, first_copy, first_row; };
/* Rows of one AIR in scratch: from `cell` on, and from number `row` on among those of the block. */
struct block_rows { uint32_t air, count, cell, row; };
/* A cell in scratch, or of a row alone, and the column of the block's row that takes it. */
struct block_copy { uint32_t from, to; };
/* An access of an instruction of a block: the kind that it is of, the block's AIR, and columns that say when the block of memory was accessed before. */
struct block_access { uint32_t kind, air, first_copy, copies; };

#pragma GCC visibility push(hidden)
extern const struct block_chip block_chips[];
extern const struct block_rows block_rows[];
extern const struct block_copy block_copies[];
/* By row of a block, from its `first_row` on: the first of its accesses. */
extern const uint32_t block_first_accesses[];
extern const struct block_access block_accesses[];
extern const uint32_t block_access_count;

/* Derived columns: of each a count, a numerator and a denominator among `fields`. A layer needs no columns of later ones. */
struct check_step;
struct check_field;
struct block_layer { const struct check_step *steps; const struct check_field *fields; const uint32_t *columns; uint32_t count; };
struct block_layers_of { uint32_t first, count; };
extern const struct block_layer block_layers[];
extern const struct block_layers_of block_layers_of[];
extern const uint32_t block_most_t;

int is_lookup(uint32_t bus);
/* Counts what rows ask for; false where the table does not have it. */
int count_lookups(uint32_t bus, uint32_t rows, const uint32_t *count, const uint32_t *const *fields, uint32_t *histogram);
#pragma GCC visibility pop

/* The AIR of a kind of access; those of instructions of blocks are behind the others. */
static inline uint32_t air_of_kind(uint32_t kind) { return kind < KINDS ? kind_airs[kind] : block_accesses[kind - KINDS].air; }
