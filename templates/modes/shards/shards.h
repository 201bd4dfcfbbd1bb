/* Who accessed each word last: one look for every load and store. */
#include "shards-area.h"

static inline struct rvr_shards *shards(char *m) { return (struct rvr_shards *)(m - RVR_TABLE_BELOW - RVR_AREA_BYTES); }
static inline struct rvr_word *entry_of(char *m, uint64_t word) { return (struct rvr_word *)((char *)shards(m) + SHARDS_WORDS) + word; }

/* The open shard accesses a word for the first time; `how`: the instruction, with SHARDS_ALONE if it is a store. */
void rvr_first(char *m, uint64_t word, uint64_t how);

/* Behind a call of an extension that has accessed so many bytes. */
__attribute__((visibility("hidden"))) void rvr_access_range(char *m, uint64_t address, uint64_t length, uint32_t slot);

/*
 * The call stands on cold paths of functions whose arguments fill the host's registers. On x86-64 it goes through a gate (at the end of shards.c) that
 * keeps every register and hides from the compiler that it is a call, so a region stays a leaf function. The first step over 128 bytes leaves
 * the red zone alone.
 */
#ifdef __x86_64__
static inline void first(char *m, uint64_t word, uint64_t how)
{
  __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %0\n\tpush %1\n\tpush %2\n\tcall rvr_first_gate\n\tlea 152(%%rsp), %%rsp" : : "r"(m), "r"(word), "re"(how) : "memory", "cc");
}
#else
static inline void first(char *m, uint64_t word, uint64_t how) { rvr_first(m, word, how); }
#endif

static inline __attribute__((always_inline)) void access_word(char *m, uint64_t word, uint32_t slot, uint32_t alone)
{
  struct rvr_word *at = entry_of(m, word);
  if (__builtin_expect(at->shard == shards(m)->shard, 1)) at->slot = slot;
  else first(m, word, slot | alone);
}

/* In front of an access at a multiple of its width. */
static inline __attribute__((always_inline)) void access_aligned(char *m, uint64_t address, uint32_t slot, uint32_t alone)
{
  access_word(m, address / sizeof(reg), slot, alone);
}

/* The same where the open shard has accessed the word. */
static inline __attribute__((always_inline)) void access_again(char *m, uint64_t address, uint32_t slot)
{
  entry_of(m, address / sizeof(reg))->slot = slot;
}

/* In front of any other, which may lie in two words. */
static inline __attribute__((always_inline)) void access_any(char *m, uint64_t address, uint64_t width, uint32_t slot, uint32_t alone)
{
  uint64_t last = (address + width - 1) / sizeof(reg);
  access_word(m, address / sizeof(reg), slot, alone);
  if (__builtin_expect(address / sizeof(reg) != last, 0)) access_word(m, last, slot, alone);
}

/* In front of so many aligned accesses of one instruction. Most words know it already. */
static inline __attribute__((always_inline)) void access_series(char *m, uint64_t address, uint64_t stride, uint64_t times, uint32_t slot, uint32_t alone)
{
  uint64_t known = (uint64_t)slot << 32 | shards(m)->shard;
  for (; times != 0; times--, address += stride)
    if (__builtin_expect(*(u64 *)entry_of(m, address / sizeof(reg)) != known, 0)) access_word(m, address / sizeof(reg), slot, alone);
}

/* The same where every word between the first and the last has two of them or more: then its first is not the only one. */
static inline __attribute__((always_inline)) void access_dense(char *m, uint64_t address, uint64_t stride, uint64_t times, uint32_t slot, uint32_t alone)
{
  if (times == 0) return;
  uint64_t last = address + (times - 1) * stride, word = address / sizeof(reg), end = last / sizeof(reg);
  uint32_t alone_first = times == 1 || (address + stride) / sizeof(reg) != word ? alone : 0;
  access_word(m, word, slot, alone_first);
  if (word == end) return;
  access_series(m, (word + 1) * sizeof(reg), sizeof(reg), end - word - 1, slot, 0);
  access_word(m, end, slot, (last - stride) / sizeof(reg) != end ? alone : 0);
}
