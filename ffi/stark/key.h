/* A verifying key where it lies: its sections as arrays, and the whole check of one. */
#ifndef RVR_STARK_KEY_H
#define RVR_STARK_KEY_H

#include "fault.h"

#define STARK_VIEW __attribute__((may_alias))
/* Height of an AIR without a table, and tree and height of one without fixed columns. */
#define STARK_ABSENT UINT32_MAX

enum {
  STARK_MOST_LOG_HEIGHT = 24,
  STARK_MOST_LOG_DOMAIN = 27,
  STARK_MOST_AIRS = 1024,
  STARK_MOST_FIXED_TREES = 16,
  STARK_MOST_QUERIES = 512,
  STARK_MOST_LOG_FINAL = 10,
  STARK_MOST_LOG_ARITY = 3,
  STARK_MOST_DEGREE = 3,
};

struct STARK_VIEW stark_parameters {
  uint32_t protocol, blowup, log_final, log_arity, queries;
  uint32_t lookup_work, zeta_work, batch_work, fold_work, query_work;
  uint32_t max_log_height, buses, airs, trees, zero[2];
};

enum { AIR_REQUIRED = 1, AIR_READS_MAIN_NEXT = 2, AIR_READS_FIXED_NEXT = 4 };

/* parts: of its quotient (1 or 2); chunks: of its interactions, each 4 columns of the sum table. */
struct STARK_VIEW stark_air {
  uint32_t flags, main, fixed, publics, tree, fixed_log_height, max_log_height, parts;
  uint32_t nodes_at, nodes, constraints_at, constraints, interactions_at, interactions, chunks, degree;
};

enum stark_op {
  NODE_CONSTANT,
  NODE_MAIN,
  NODE_FIXED,
  NODE_PUBLIC,
  NODE_FIRST,
  NODE_LAST,
  NODE_TRANSITION,
  NODE_ADD = 8,
  NODE_SUB,
  NODE_MUL,
  NODE_NEG,
};

/* Operands are numbers of earlier nodes of the AIR, counted from its first. */
struct STARK_VIEW stark_node {
  uint32_t op, a, b, zero;
};

struct STARK_VIEW stark_interaction {
  uint32_t bus, is_receive, count, weight, fields_at, fields, chunk, zero;
};

enum stark_role { ROLE_PC_BEFORE = 1, ROLE_PC_AFTER, ROLE_IS_LAST, ROLE_EXIT_CODE, ROLE_ROOT_BEFORE, ROLE_ROOT_AFTER };

enum { STARK_ROLES = 6, STARK_ROOT_WORDS = 8 };

struct STARK_VIEW stark_role_place {
  uint32_t role, air, first, count;
};

struct STARK_VIEW stark_start {
  uint32_t role, index, value, zero;
};

struct stark_key {
  const uint8_t *digest;
  const struct stark_parameters *parameters;
  const struct stark_air *airs;
  const struct stark_node *nodes;
  const uint32_t *constraints;
  const struct stark_interaction *interactions;
  const uint32_t *fields;
  const uint8_t *roots;
  const struct stark_role_place *roles;
  const struct stark_start *starts;
  uint32_t role_count, start_count;
  /* Over all AIRs; the greatest of one. */
  uint32_t publics, most_nodes, most_chunks;
};

/* What the check needs beside a key of so many bytes. */
static inline uint64_t stark_key_memory(uint64_t length) { return length / 8; }

/*
 * Opens and checks a key of `length` bytes at a multiple of 8, which nobody else may write to. 1, and *key is its views;
 * or 0 and *fault. Nothing outside of the bytes is read whatever they are; `memory` has stark_key_memory(length) bytes.
 */
int stark_key_open(struct stark_key *key, const uint8_t *bytes, uint64_t length, void *memory, struct stark_fault *fault);

#endif
