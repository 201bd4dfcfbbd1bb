/* The mock prover: rows of a segment's tables against the AIRs that say what they have to be. */
#pragma once
#include "field.h"

/* Rows are looked at in blocks: each column of a block lies in one piece, with a row behind it that is the last one's next. */
enum { LANES = 64, STRIDE = 72 };

/* On which rows of a block a constraint holds: 1 or 0. */
enum { EVERY, FIRST, LAST, TRANS, PLACES };
struct check_where { uint32_t of[PLACES][LANES]; };

/* A step of an evaluation, done for all rows of a block. Values are numbered by words of the block: columns, then t. */
enum {
  END,
  CONSTANT, PUBLIC,                         /* to, value or number */
  SUM, DIFFERENCE, PRODUCT,                 /* to, value, value */
  SUM_WITH, DIFFERENCE_WITH, PRODUCT_WITH,  /* to, value, constant */
  DIFFERENCE_FROM,                          /* to, value that is subtracted, constant */
  TEST, TEST_PRODUCT,                       /* place, value(s): a constraint is broken there unless one is 0 */
};
struct check_step { uint32_t op, to, a, b; };

/* Where a count or a field of a message is found; of a constant, `at` is the value. */
enum { IN_COLUMN, IN_NEXT_ROW, IN_T, IS_CONSTANT };
struct check_field { uint32_t in, at; };

/* An interaction: a count and fields, which are `fields + 1` of the AIR's, from `first` on. */
struct check_said { uint32_t bus, is_received, first, fields; };

struct check_air {
  const char *name;
  const struct check_step *steps; /* up to END */
  uint32_t width, publics; /* publics: index of the AIR's first among those of all */
  uint32_t said_count;
  const struct check_said *said;
  const struct check_field *fields;
};

extern const struct check_air check_airs[];
extern const uint32_t check_air_count, check_bus_count;
/* Most fields of a message; most columns, and values of t in its steps, of an AIR; interactions of all. */
extern const uint32_t check_longest, check_widest, check_most_t, check_said_count;
