/* Trees of hashes over matrices. */
#ifndef RVR_STARK_TREE_H
#define RVR_STARK_TREE_H

#include "work.h"

/* 2^log_height rows of `stride` words: less than 16, or a multiple. A leaf is a row's bytes. */
struct stark_group {
  const uint32_t *rows;
  uint64_t stride;
  uint32_t log_height;
};

/* Levels whose digests are not kept, from the leaves on: most of a tree. Where they are wanted they are hashed again. */
enum { TREE_UNKEPT = 3 };
/* The lowest level that is kept, by the tree's height. */
static inline uint32_t tree_kept(uint32_t log_height) { return log_height > TREE_UNKEPT ? log_height - TREE_UNKEPT : 0; }
static inline uint64_t tree_bytes(uint32_t log_height) { return ((UINT64_C(2) << tree_kept(log_height)) - 1) * 32; }
static inline const uint8_t *tree_root(const uint8_t *digests, uint32_t log_height) { return digests + tree_bytes(log_height) - 32; }

/*
 * The mixed tree of `count` groups, one for each height that occurs, from the highest to the lowest. digests: tree_bytes of
 * the highest group's log_height; 32 bytes each, those of level tree_kept, of the level above and so on to the root.
 * Progress grows by the number of compressions.
 */
int stark_tree(struct stark_work *work, uint8_t *digests, const struct stark_group *groups, uint32_t count);

/*
 * The digests beside the way from a leaf to the root of such a tree, whose rows are still what they were, leaf first.
 * Returns what is behind them.
 */
uint8_t *stark_path(const struct stark_work *work, uint8_t *to, const uint8_t *digests, const struct stark_group *groups,
                    uint32_t count, uint64_t leaf);

#endif
