/* The shape of a proof: what follows from the key and the heights alone, for who makes proofs and who checks them. */
#ifndef RVR_STARK_SHAPE_H
#define RVR_STARK_SHAPE_H

#include "key.h"

/* A proof's sections, in order. */
enum {
  PROOF_KEY,
  PROOF_HEIGHTS,
  PROOF_PUBLICS,
  PROOF_ROOTS,
  PROOF_SUMS,
  PROOF_NONCES,
  PROOF_OPENINGS,
  PROOF_FOLD_ROOTS,
  PROOF_FINAL,
  PROOF_ROWS,
  PROOF_PATHS,
  PROOF_FOLD_LEAVES,
  PROOF_FOLD_PATHS,
  PROOF_SECTIONS,
  PROOF_FIRST_SECTION = 0x101,
};

enum {
  STARK_MOST_TREES = STARK_MOST_FIXED_TREES + 3,
  STARK_MOST_ROUNDS = STARK_MOST_LOG_HEIGHT,
  STARK_LOG_DOMAINS = STARK_MOST_LOG_DOMAIN + 1,
  STARK_SUM_COLUMNS = 4, /* of each chunk: the last chunk's hold the running sum */
};

/* Nonces in front of the rounds'. The one of the queries is behind them. */
enum { NONCE_LOOKUP, NONCE_ZETA, NONCE_BATCH, NONCE_FOLDS };

struct stark_tree_shape {
  /* Levels above the leaves of the largest group; 64-byte blocks of a query's rows. */
  uint32_t log_height, blocks;
  /* Columns of the group whose committed height is 2^log; 0: there is none. */
  uint32_t width[STARK_LOG_DOMAINS];
};

struct stark_shape {
  /* Of the greatest trace; of the domain that is folded; of the final polynomial. */
  uint32_t log_trace, log_domain, log_final;
  uint32_t rounds, arity[STARK_MOST_ROUNDS];
  /* Fixed ones first; then main, sum and quotient. Without chunks there is no sum tree. */
  uint32_t trees, main_tree, quotient_tree;
  struct stark_tree_shape tree[STARK_MOST_TREES];
  uint32_t present, sums, openings;
  /* Blocks of a query. */
  uint32_t row_blocks, path_digests, fold_blocks, fold_digests;
  /* Elements of each section of the proof, and the bytes of the whole archive. */
  uint64_t count[PROOF_SECTIONS], bytes;
};

static inline uint32_t stark_blocks(uint32_t columns) { return (columns + 15) / 16; }
static inline int stark_is_present(uint32_t height) { return height != STARK_ABSENT; }
/* Blocks of a leaf of a round that folds 2^arity values. */
static inline uint32_t stark_fold_blocks(uint32_t arity) { return arity < 2 ? 1 : UINT32_C(1) << (arity - 2); }

/* Where the tables of a proof are committed: fixed trees are 0 to main_tree - 1. */
enum stark_kind { KIND_FIXED, KIND_MAIN, KIND_SUM, KIND_QUOTIENT, STARK_KINDS };

static inline enum stark_kind stark_kind(const struct stark_shape *shape, uint32_t tree)
{
  if (tree < shape->main_tree) return KIND_FIXED;
  if (tree == shape->main_tree) return KIND_MAIN;
  return tree == shape->quotient_tree ? KIND_QUOTIENT : KIND_SUM;
}

/* Columns that a present AIR has in a tree; *next: how many of them, the last ones, are opened at the next row too. */
static inline uint32_t stark_columns(const struct stark_shape *shape, const struct stark_air *air, uint32_t tree, uint32_t *next)
{
  *next = 0;
  switch (stark_kind(shape, tree)) {
    case KIND_FIXED:
      if (air->tree != tree) return 0;
      if (air->flags & AIR_READS_FIXED_NEXT) *next = air->fixed;
      return air->fixed;
    case KIND_MAIN:
      if (air->flags & AIR_READS_MAIN_NEXT) *next = air->main;
      return air->main;
    case KIND_SUM:
      if (air->chunks > 0) *next = STARK_SUM_COLUMNS;
      return STARK_SUM_COLUMNS * air->chunks;
    default: return 4 * air->parts;
  }
}

/* What stark_shape needs: a word for each bus. */
static inline uint64_t stark_shape_memory(const struct stark_key *key) { return 4 * (uint64_t)key->parameters->buses; }

/*
 * The shape that `heights` (the log of each AIR's rows, STARK_ABSENT without a table) give under a key that was checked.
 * 1; or 0 and *fault: the key does not allow them.
 */
int stark_shape(struct stark_shape *shape, const struct stark_key *key, const uint32_t *heights, uint32_t *memory, struct stark_fault *fault);

#endif
