/* Trees of hashes over matrices. */
#ifndef RVR_STARK_TREE_H
#define RVR_STARK_TREE_H

#include "work.h"

/* 2^log_height rows of `stride` words, which is a multiple of 16; a leaf is a row's bytes. */
struct stark_group {
  const uint32_t *rows;
  uint64_t stride;
  uint32_t log_height;
};

/*
 * The mixed tree of `count` groups, one for each height that occurs, from the highest to the lowest. digests: 32 bytes each,
 * those of level H = the highest group's log_height, of level H - 1 and so on to the root, 2^(H + 1) - 1 in all. Progress
 * grows by the number of compressions.
 */
int stark_tree(struct stark_work *work, uint8_t *digests, const struct stark_group *groups, uint32_t count);

/* The same for plain leaves of `leaf_words` words, one behind another without gaps: 8, or a multiple of 16. */
int stark_leaf_tree(struct stark_work *work, uint8_t *digests, const uint32_t *leaves, uint32_t leaf_words,
                    uint32_t log_leaves);

#endif
