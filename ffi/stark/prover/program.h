/* What an AIR says of a block of rows, as steps over words: each value has BLOCK words, one for each row. */
#ifndef RVR_STARK_PROGRAM_H
#define RVR_STARK_PROGRAM_H

#include "../extension.h"
#include "prove.h"

enum { BLOCK = 64, LOG_BLOCK = 6 };

enum step_kind {
  DO_ADD,
  DO_SUB,
  DO_MUL,
  DO_NEGATE,
  /* Four values (or zeros) times four weights, all added to what constraints come to. */
  DO_CONSTRAINTS,
  /* The denominator, which is in Montgomery form, begins with the weight. */
  DO_DENOMINATOR,
  /* Four values times four weights, added to the denominator. */
  DO_FIELDS,
  /* It is complete, and of[0] is the count: `to` is 1 where it is received. */
  DO_INTERACTION,
  /* A derived column, number `to` of them, is of[0]. */
  DO_DERIVED,
  /* All interactions of a chunk, which is number `to`, have been there. */
  DO_CHUNK,
};

struct step {
  uint32_t kind, to, of[4];
  /* Number of the first weight. */
  uint32_t weight;
};

/* Where a value comes from that is in the block before the steps begin. */
struct loaded {
  uint32_t value, column;
};

enum { VALUE_ZERO, VALUE_FIRST, VALUE_LAST, VALUE_TRANS, VALUE_OTHERS };
enum { LOADED_MAIN, LOADED_MAIN_NEXT, LOADED_FIXED, LOADED_FIXED_NEXT, LOADED_DERIVED, LOADED_KINDS };

/* Every number of a value is below `values`. Weights are elements of K: their meaning is in `weigh`. */
struct program {
  const struct step *steps;
  uint32_t count, values, weights;
  const struct loaded *loaded[LOADED_KINDS];
  uint32_t loads[LOADED_KINDS];
  /* Values that are the same in all rows, and what they are. */
  const struct loaded *constants;
  uint32_t constant_count;
  uint8_t has_first, has_last, has_trans;
  k_t *weight;
};

/* Bytes of memory that any program of the AIR needs, with what is needed to make it. */
uint64_t program_needs(const struct stark_key *key, uint32_t air);

/* What challenges say. */
struct challenges {
  k_t alpha, beta, lambda;
};

/* What a program is for. */
enum program_kind {
  /* Columns that follow from others of their row. */
  PROGRAM_DERIVED,
  /* Interactions on rows of the traces. */
  PROGRAM_SUMS,
  /* Constraints and interactions. */
  PROGRAM_QUOTIENT,
};

struct program_request {
  enum program_kind kind;
  const struct stark_key *key;
  uint32_t air;
  /* Of the AIR. */
  const uint32_t *publics;
  const struct stark_derived *derived;
  uint32_t derived_count;
  const struct challenges *challenges;
};

/* Made in `memory`, which has program_needs bytes. */
void program_make(struct program *program, const struct program_request *request, void *memory);

#endif
