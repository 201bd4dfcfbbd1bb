/* One verification: what its steps hand on to each other. */
#ifndef RVR_STARK_VERIFIER_H
#define RVR_STARK_VERIFIER_H

#include "form.h"
#include "transcript.h"
#include "verify.h"

/* Tells a profile of the guest which step begins. */
#ifndef STARK_STEP
#define STARK_STEP(number) ((void)0)
#endif

/* Where an AIR's openings begin in the trees of each kind, at zeta and at the next row, and its public values. */
struct verifier_place {
  uint32_t at[STARK_KINDS], next[STARK_KINDS], publics;
};

/* Columns side by side that are opened at zeta, and at the next row too where they have a factor: next weight / weight. */
struct verifier_piece {
  uint32_t columns, factor, next;
};

enum { NO_FACTOR, NO_PIECE = 0 };

/* Tables of one height in one tree. */
struct verifier_group {
  uint32_t log_height, width, blocks, weights, piece;
};

struct verifier_tree {
  const struct verifier_group *groups;
  uint32_t count, log_height;
};

/* A height, whatever trees have it: the two points at which its tables are opened, and what their sums should be. */
struct verifier_height {
  uint32_t log_height, has_next;
  struct v_point point[2];
  k_t claim[2];
};

struct verifier {
  const struct stark_key *key;
  struct rvr_view view[RVR_ARCHIVE_MOST_SECTIONS];
  const uint32_t *heights, *publics;
  const k_t *openings;
  struct stark_fault *fault;
  struct stark_shape shape;
  struct stark_transcript transcript;
  struct v_factor beta, lambda, gamma, fold[STARK_MOST_ROUNDS][STARK_MOST_LOG_ARITY];
  k_t alpha, zeta;
  struct verifier_tree tree[STARK_MOST_TREES];
  uint32_t height_count, height_of[STARK_LOG_DOMAINS];
  struct verifier_height height[STARK_LOG_DOMAINS];
  /* Of order 2^(bit + 1), and their inverses. */
  uint32_t root[STARK_MOST_LOG_DOMAIN], inverse_root[STARK_MOST_LOG_DOMAIN];
  uint32_t index[STARK_MOST_QUERIES];
  /* In the block. */
  struct verifier_place *places;
  k_t *weights;
  k_t *nodes, *chunks;
  struct verifier_piece *pieces;
  struct v_factor *factors;
  struct verifier_group *groups;
};

static inline int verifier_fail(struct verifier *v, enum stark_step step, enum stark_flaw flaw, int section, uint32_t at)
{
  return stark_fail(v->fault, step, flaw, PROOF_FIRST_SECTION + (uint32_t)section, at);
}

/* The steps that are files of their own. */
int verifier_constraints(struct verifier *v);
void verifier_claims(struct verifier *v);
int verifier_queries(struct verifier *v);

#endif
