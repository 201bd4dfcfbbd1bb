/* The steps that go over all rows: written once, compiled for each kind of CPU. */
#ifndef RVR_STARK_VARIANTS_H
#define RVR_STARK_VARIANTS_H

#include "prover.h"

/* Groups of one height, and what is read from each at two points. */
struct combine_request {
  uint32_t log_height, groups;
  const struct group *group[STARK_MOST_TREES];
  /* Four rows of words for each point, one for each coordinate, in Montgomery form. */
  const uint32_t *weight[STARK_MOST_TREES][2];
  /* The first column that has one, and behind the last. */
  uint32_t from[STARK_MOST_TREES][2], to[STARK_MOST_TREES][2];
  k_t point[2], claim[2];
  int has_next;
  /* Added, entry i >> before_shift to entry i; or 0. */
  const k_t *before;
  uint32_t before_shift;
  k_t *out;
};

struct variant {
  int (*derive)(struct prover *prover, uint32_t air);
  int (*sums)(struct prover *prover, uint32_t air);
  int (*quotient)(struct prover *prover, uint32_t air, const uint32_t column[2]);
  int (*weigh)(struct prover *prover, uint32_t log_n, k_t z, k_t *weight);
  int (*open)(struct prover *prover, const struct group *group, const k_t *const weight[2], const uint32_t from[2], const uint32_t to[2], k_t *const value[2]);
  int (*combine)(struct prover *prover, const struct combine_request *request);
  int (*fold)(struct stark_work *work, const k_t *from, k_t *to, uint32_t log_height, uint32_t arity, k_t beta);
  /* Bytes of a thread for an AIR. */
  uint64_t (*scratch)(const struct stark_key *key, uint32_t air);
};

extern const struct variant variant_portable;
extern const struct variant variant_avx2;

#endif
