/* A proof while it is made: what each AIR has in which tree, and the memory of all of it. */
#ifndef RVR_STARK_PROVER_H
#define RVR_STARK_PROVER_H

#include "../transcript.h"
#include "program.h"
#include "prove.h"
#include "tree.h"
#include "work.h"

enum { MOST_GROUPS = STARK_MOST_LOG_HEIGHT + 1 };

/*
 * All tables of 2^log_n rows in a tree, side by side. Rows of less than a block lie without gaps; wider ones are padded with
 * 0 to whole blocks. Vectors may be read from the last row on to ROWS_MARGIN words behind it.
 */
struct group {
  uint32_t log_n, width;
  uint64_t stride;
  uint32_t *rows;
};
enum { ROWS_MARGIN = 8 };

/* Words of a row with its padding, as it is hashed and opened. */
static inline uint64_t group_room(const struct group *group) { return UINT64_C(16) * stark_blocks(group->width); }

/* From the highest group to the lowest. */
struct committed {
  uint32_t groups, log_height;
  struct group group[MOST_GROUPS];
  uint8_t *digests;
};

/* The columns of one AIR in a tree; without any, group is 0. */
struct part {
  const struct group *group;
  uint32_t offset, width;
  /* Numbers of what is opened at zeta, and where the next row is: `nexts` of the last columns. */
  uint32_t opened, opened_next, nexts;
};

/* A tree that many proofs have in common. */
struct stark_fixed {
  struct committed tree;
  uint32_t blowup, tables;
  uint64_t bytes;
  struct fixed_table {
    struct part part;
    uint32_t log_height;
    /* Its trace, row by row. */
    uint32_t *cells;
  } table[];
};

struct air_state {
  const struct stark_air *air;
  uint32_t log_n; /* or STARK_ABSENT */
  struct part part[STARK_KINDS];
  const struct stark_table *table;
  const uint32_t *fixed_cells, *publics;
  /* Derived columns, row by row. */
  uint32_t *derived;
  k_t sum;
};

/* Memory that is taken piece by piece from one block. Without a base it is only counted. */
struct arena {
  uint8_t *base;
  uint64_t used;
};

static inline void *arena_take(struct arena *arena, uint64_t bytes)
{
  void *at = arena->base == 0 ? 0 : arena->base + arena->used;
  arena->used += (bytes + 63) & ~UINT64_C(63);
  return at;
}

/* All zero, at a multiple of 64; 0 where the system has none. */
void *memory_take(uint64_t bytes);
void memory_give(void *at, uint64_t bytes);

/* widths: columns of each group by the log of its rows, blow-up included. */
void committed_lay_out(struct committed *tree, const uint32_t widths[STARK_LOG_DOMAINS], uint32_t blowup, struct arena *arena);
/* The group whose traces have 2^log_n rows. */
const struct group *committed_group(const struct committed *tree, uint32_t log_n);
/* Progress that extension and hashing take. */
uint64_t committed_steps(const struct committed *tree, uint32_t blowup);
int committed_hash(struct stark_work *work, struct committed *tree, uint32_t blowup);
/* Writes the digests beside the way from a leaf to the root; returns what is behind them. */
uint8_t *committed_path(const struct stark_work *work, uint8_t *to, const struct committed *tree, uint32_t blowup, uint64_t leaf);
/* Extends all groups, whose traces are there, and hashes. */
int committed_make(struct stark_work *work, struct committed *tree, uint32_t blowup);
static inline const uint8_t *committed_root(const struct committed *tree)
{
  return tree_root(tree->digests, tree->log_height);
}
/* The table's columns into the part's, in natural order. */
int table_copy(struct stark_work *work, const struct part *part, const struct stark_table *table);

struct prover {
  const struct stark_key *key;
  const struct stark_shape *shape;
  struct stark_work *work;
  const struct variant *variant;
  uint32_t blowup;
  struct air_state *airs;
  struct committed main, sum, quotient;
  const struct committed *tree[STARK_MOST_TREES];
  struct challenges challenges;
  k_t zeta, gamma;
  /* What AIRs need while they are evaluated. */
  void *program;
  /* Of each thread. */
  uint8_t *scratch;
  uint64_t scratch_bytes;
  /* Elements of K: 2^N, and 2^(N - 1). */
  k_t *points, *half;
  /* Powers of gamma, and what is opened. */
  k_t *powers;
  /* A row of elements of the widest group, for each point. */
  k_t *row[2];
  /* For each tree and group: weights of its columns at two points. */
  uint32_t *weight[STARK_MOST_TREES][MOST_GROUPS];
  /* What each round folds, and what is left behind the last; trees of it. */
  k_t *folded[STARK_MOST_ROUNDS + 1];
  uint8_t *fold_digests[STARK_MOST_ROUNDS];
};

/* The least nonce that has so many bits of work, which the transcript is left behind. */
int stark_grind(struct stark_work *work, struct stark_transcript *transcript, uint32_t tag, uint32_t bits, uint64_t *nonce);

/* Rows of a table that a thread takes at a time. */
enum { LOG_PIECE = 10, PIECE = 1 << LOG_PIECE };

static inline uint64_t pieces_of(uint32_t log_n) { return log_n <= LOG_PIECE ? 1 : UINT64_C(1) << (log_n - LOG_PIECE); }
static inline uint32_t rows_of_piece(uint32_t log_n) { return log_n <= LOG_PIECE ? UINT32_C(1) << log_n : PIECE; }

#endif
