/* The tape lies in front of the dispatch table: how many words it has, then the words. */
static inline uint64_t *tape_used(char *m) { return (uint64_t *)(m - RVR_TABLE_BELOW - RVR_AREA_BYTES); }
static inline reg *tape_words(char *m) { return (reg *)((char *)tape_used(m) + HEADER_BYTES); }
static inline reg *tape_end(char *m) { return tape_words(m) + *tape_used(m); }

/* A naturally aligned word of guest memory. */
typedef reg block __attribute__((may_alias));
static inline reg block_at(const char *m, uint64_t address) { return *(const block *)(m + (address & ~(uint64_t)(sizeof(reg) - 1))); }

/* The block of an access at a multiple of its width. */
static inline __attribute__((always_inline)) reg aligned_at(const char *m, uint64_t address, uint64_t width)
{
  return width == sizeof(reg) ? *(const block *)(m + address) : block_at(m, address);
}

/* In front of an access: the block that its first byte is in, and the next one where it crosses into that. Returns the tape's new end. */
static inline __attribute__((always_inline)) reg *record(const char *m, reg *tape, uint64_t address, uint64_t width)
{
  if (__builtin_expect((address & (width - 1)) == 0, 1)) {
    *tape = aligned_at(m, address, width);
    return tape + 1;
  }
  tape[0] = block_at(m, address);
  if ((address & (sizeof(reg) - 1)) <= sizeof(reg) - width) return tape + 1;
  tape[1] = block_at(m, address + width - 1);
  return tape + 2;
}
