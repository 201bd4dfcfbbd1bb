/* A block of rows: loaded, evaluated, and what it says as hashes. */
#pragma once
#include "check.h"

/* A table of the segment; height 0: there is none. */
struct check_table { const uint32_t *cells; uint32_t height; };

/* What hashes begin with and are made with; it is drawn anew for every check. */
struct check_keys { uint64_t start[3]; const uint32_t *of[3]; };

/* An interaction with its constants hashed already, and its other fields in a row: each is `in` and `at`, and has three keys. */
struct check_message {
  uint64_t start[3];
  uint32_t bus, is_received;
  struct check_field count;
  uint32_t fields;
  const struct check_field *from;
  const uint32_t *keys;
};

struct check_block {
  const struct check_air *air;
  const uint32_t *publics;
  uint32_t from, rows;
  uint32_t *columns, *t; /* t is behind the columns of the widest AIR */
  struct check_where where;
  uint32_t broken[LANES];
  /* Of the message that was hashed last: signed as an element, and 0 behind the block's rows. */
  uint32_t count[LANES];
  uint64_t x[LANES], y[LANES], z[LANES];
};

int block_create(struct check_block *b);
void block_destroy(struct check_block *b);
/* Rows from .. from + LANES of the table, or as many as it has; returns how many cells are no elements. */
uint32_t block_load(struct check_block *b, const struct check_air *air, const struct check_table *table, uint32_t from);
/* Leaves in t what messages are made of, and in `broken`, for each row, how many constraints are not 0. Any cells do: no memory access depends on them. */
void block_evaluate(struct check_block *b);
/* Hashes what an interaction says on the block's rows; returns on how many it says something. Nothing is hashed where that is none. */
uint32_t block_say(struct check_block *b, const struct check_message *m);
/* Σ count × upper half of a hash (b->x or b->y) over the message that was hashed last, modulo p. */
uint64_t block_sum(const struct check_block *b, const uint64_t *hash);

/* Messages of all AIRs, one behind another; `messages` has room for check_said_count, `fields` and `keys` for their fields. */
void messages_prepare(const struct check_keys *keys, struct check_message *messages, struct check_field *fields, uint32_t *field_keys);
