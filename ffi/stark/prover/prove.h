/* The prover: tables in, the archive of a proof out. What it needs is computed first, and taken at once. */
#ifndef RVR_STARK_PROVE_H
#define RVR_STARK_PROVE_H

#include "../shape.h"
#include "work.h"

/* Beside what kernels answer. */
enum stark_answer {
  /* Less memory is allowed than it takes. */
  STARK_ABOVE_LIMIT = STARK_NO_MEMORY + 1,
  /* A message's denominator is 0, which happens once in 2^90 proofs: nothing is proved. */
  STARK_ZERO_DENOMINATOR,
  /* The fixed trees are not the key's, or heights are none of it. */
  STARK_REFUSED,
};

/* A column that follows from others of its row: node number `node` of the AIR. */
struct stark_derived {
  uint32_t column, node;
};

/*
 * A trace: 2^log_height rows, `stride` words from one to the next, canonical. Column k is word columns[k], or word k where
 * `columns` is 0; for columns that are derived it does not matter. log_height may be STARK_ABSENT.
 */
struct stark_table {
  const uint32_t *cells;
  uint64_t stride;
  const uint32_t *columns;
  const struct stark_derived *derived;
  uint32_t derived_count, log_height, width;
};

struct stark_fixed;

/* Bytes that a fixed tree takes as long as it is there. */
uint64_t stark_fixed_needs(uint32_t blowup, const struct stark_table *tables, uint32_t count);

/* A tree over tables that are the same in many proofs, kept for them with what its rows are. */
int stark_fixed_create(struct stark_fixed **out, struct stark_work *work, uint32_t blowup, const struct stark_table *tables, uint32_t count, uint64_t limit);
const uint8_t *stark_fixed_root(const struct stark_fixed *fixed);
void stark_fixed_free(struct stark_fixed *fixed);

/* Memory that one proof after another is made in: what the largest took, which is dear to take anew. */
struct stark_spare {
  void *at;
  uint64_t bytes;
};
void stark_spare_free(struct stark_spare *spare);

struct stark_request {
  const struct stark_key *key;
  /* One for each of the key's trees. */
  const struct stark_fixed *const *fixed;
  /* One for each AIR: its main columns. */
  const struct stark_table *tables;
  /* Of all AIRs, one behind another, whether they are present or not. */
  const uint32_t *publics;
  /* What may be taken, fixed trees aside. */
  uint64_t limit;
  /* Nobody else uses it meanwhile. */
  struct stark_spare *spare;
};

/* What stark_prove takes with so many threads, beside the proof: stark_shape says how long that is. */
uint64_t stark_prove_needs(const struct stark_key *key, const struct stark_shape *shape, const struct stark_table *tables, uint32_t threads);

/* `proof` is at a multiple of 64, and has shape->bytes bytes. */
int stark_prove(struct stark_work *work, const struct stark_request *request, const struct stark_shape *shape, uint8_t *proof);

#endif
