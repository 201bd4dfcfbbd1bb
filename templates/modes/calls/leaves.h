/* Leaves of guest memory that are touched for the first time, in mode calls-memory. */
/* CONSTANTS */

/* The leaf of a byte. */
ALWAYS_INLINE void touch_leaf(char *m, uint64_t context, uint64_t address)
{
  uint64_t leaf = address >> CALLS_LEAF_SHIFT;
  uint32_t *marks = (uint32_t *)(m - RVR_TABLE_BELOW - CALLS_MARK_BYTES) + (leaf >> 5), mark = 1u << (leaf & 31);
  if (__builtin_expect((*marks & mark) != 0, 1)) return;
  *marks |= mark;
  context_at(m, context)->touches++;
}

/* Every leaf of so many bytes. */
ALWAYS_INLINE void touch_leaves(char *m, uint64_t context, uint64_t address, uint64_t length)
{
  if (length == 0) return;
  uint64_t last = (address + length - 1) >> CALLS_LEAF_SHIFT;
  for (uint64_t leaf = address >> CALLS_LEAF_SHIFT; leaf <= last; leaf++) touch_leaf(m, context, leaf << CALLS_LEAF_SHIFT);
}
