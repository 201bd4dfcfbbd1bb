/* Trees of hashes over matrices. */
#include "tree.h"
#include <string.h>
#include "../hash.h"

static void leaves_of(uint8_t *digests, const uint32_t *rows, uint64_t stride, uint64_t words, uint32_t log_height)
{
  for (uint64_t row = 0; row < UINT64_C(1) << log_height; row++)
    hash_leaf(digests + HASH_DIGEST * row, (const uint8_t *)(rows + row * stride), 4 * words);
}

static uint8_t *level_above(const uint8_t *digests, uint8_t *to, uint64_t count)
{
  for (uint64_t k = 0; k < count; k++) hash_node(to + HASH_DIGEST * k, digests + 2 * HASH_DIGEST * k);
  return to;
}

int stark_tree(struct stark_work *work, uint8_t *digests, const struct stark_group *groups, uint32_t count)
{
  const struct stark_group *group = groups, *end = groups + count;
  leaves_of(digests, group->rows, group->stride, group->stride, group->log_height);
  stark_done(work, (group->stride / 16) << group->log_height);
  uint32_t level = group->log_height;
  for (group++; level > 0 && !stark_is_stopped(work);) {
    uint8_t *above = digests + ((uint64_t)HASH_DIGEST << level);
    level_above(digests, above, UINT64_C(1) << --level);
    stark_done(work, UINT64_C(1) << level);
    digests = above;
    if (group == end || group->log_height != level) continue;
    for (uint64_t k = 0; k < UINT64_C(1) << level; k++) {
      uint8_t both[2 * HASH_DIGEST] __attribute__((aligned(64)));
      memcpy(both, digests + HASH_DIGEST * k, HASH_DIGEST);
      leaves_of(both + HASH_DIGEST, group->rows + k * group->stride, group->stride, group->stride, 0);
      hash_join(digests + HASH_DIGEST * k, both);
    }
    stark_done(work, (group->stride / 16 + 1) << level);
    group++;
  }
  return stark_is_stopped(work) ? STARK_CANCELLED : STARK_DONE;
}

int stark_leaf_tree(struct stark_work *work, uint8_t *digests, const uint32_t *leaves, uint32_t leaf_words,
                    uint32_t log_leaves)
{
  leaves_of(digests, leaves, leaf_words, leaf_words, log_leaves);
  stark_done(work, (uint64_t)((leaf_words + 15) / 16) << log_leaves);
  for (uint32_t level = log_leaves; level > 0 && !stark_is_stopped(work); level--) {
    uint8_t *above = digests + ((uint64_t)HASH_DIGEST << level);
    level_above(digests, above, UINT64_C(1) << (level - 1));
    stark_done(work, UINT64_C(1) << (level - 1));
    digests = above;
  }
  return stark_is_stopped(work) ? STARK_CANCELLED : STARK_DONE;
}
