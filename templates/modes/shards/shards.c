/* Words that the open shard accesses for the first time, and where they come from. */
#include "guest.h"

/* Regions keep values in vector registers, which the gate does not save. */
#ifdef __x86_64__
#define GENERAL_REGISTERS __attribute__((target("general-regs-only")))
#else
#define GENERAL_REGISTERS
#endif

static inline char *at(char *m, uint64_t offset) { return (char *)shards(m) + offset; }

/* One more word that an earlier shard has accessed. There is room: the host gives native code no more instructions than that. */
GENERAL_REGISTERS static void crossed(char *m, uint32_t producer, uint32_t from, uint32_t to)
{
  struct rvr_crossing *list = (struct rvr_crossing *)at(m, SHARDS_CROSSINGS);
  uint32_t *places = (uint32_t *)at(m, SHARDS_PLACES);
  uint64_t hash = ((uint64_t)from << 32 | to) * 0x9e3779b97f4a7c15u ^ (uint64_t)producer * 0xd6e8feb86659fd93u;
  uint32_t place = (uint32_t)(hash >> 40) & SHARDS_PLACE_MASK;
  for (;; place = (place + 1) & SHARDS_PLACE_MASK) {
    if (places[place] == 0) break;
    struct rvr_crossing *known = &list[places[place] - 1];
    if (known->producer != producer || known->from != from || known->to != to) continue;
    known->words++;
    return;
  }
  list[shards(m)->crossings] = (struct rvr_crossing){ producer, from, to, 1, place };
  places[place] = ++shards(m)->crossings;
}

/* The leaf of a word, and the nodes above it up to the first that the shard has touched already. */
GENERAL_REGISTERS static void touch(char *m, uint64_t leaf)
{
  struct rvr_shards *s = shards(m);
  uint32_t *stamps = (uint32_t *)at(m, SHARDS_STAMPS), stamp = s->shard + 1;
  uint64_t node = SHARDS_LEAVES + leaf;
  if (stamps[node] == stamp) return;
  s->leaves++;
  s->zero_leaves += stamps[node] == 0;
  stamps[node] = stamp;
  for (node >>= 1; node != 0 && stamps[node] != stamp; node >>= 1) {
    s->nodes++;
    s->zero_nodes += stamps[node] == 0;
    stamps[node] = stamp;
  }
  uint32_t *page = (uint32_t *)at(m, SHARDS_PAGE_STAMPS) + leaf / (SHARDS_PAGE_BYTES / SHARDS_LEAF_BYTES);
  s->pages += *page != stamp;
  *page = stamp;
}

GENERAL_REGISTERS void rvr_first(char *m, uint64_t word, uint64_t how)
{
  struct rvr_shards *s = shards(m);
  struct rvr_word *entry = entry_of(m, word);
  uint32_t kind = ((uint8_t *)at(m, SHARDS_KINDS))[word >> 2] >> 2 * (word & 3) & 3;
  uint32_t slot = (uint32_t)how & ~SHARDS_ALONE;
  s->words++;
  if (entry->shard != 0) {
    uint32_t region = kind == SHARDS_HINTED ? SHARDS_HINT : kind != 0 ? SHARDS_STATIC
      : word < s->stack_below || word >= s->stack_from ? SHARDS_STACK : SHARDS_HEAP;
    crossed(m, entry->shard, entry->slot, slot | region << SHARDS_REGION_SHIFT);
    entry->slot = slot;
  } else {
    s->fresh++;
    if (kind == SHARDS_LOADED && s->shard > 1) crossed(m, 1, SHARDS_LOADER, slot | SHARDS_STATIC << SHARDS_REGION_SHIFT);
    entry->slot = kind == SHARDS_LOADED ? slot : (uint32_t)how;
  }
  entry->shard = s->shard;
  touch(m, word * sizeof(reg) / SHARDS_LEAF_BYTES);
}

void rvr_access_range(char *m, uint64_t address, uint64_t length, uint32_t slot)
{
  if (length == 0) return;
  uint64_t last = (address + length - 1) / sizeof(reg);
  for (uint64_t word = address / sizeof(reg); word <= last; word++) {
    struct rvr_word *at = entry_of(m, word);
    if (at->shard == shards(m)->shard) at->slot = slot;
    else rvr_first(m, word, slot);
  }
}

#ifdef __x86_64__
__asm__(
  ".text\n"
  ".hidden rvr_first_gate\n"
  ".globl rvr_first_gate\n"
  ".type rvr_first_gate, @function\n"
  "rvr_first_gate:\n"
  "  push %rbp\n  mov %rsp, %rbp\n"
  "  push %rax\n  push %rcx\n  push %rdx\n  push %rsi\n  push %rdi\n  push %r8\n  push %r9\n  push %r10\n  push %r11\n"
  "  and $-64, %rsp\n"
  "  mov 32(%rbp), %rdi\n  mov 24(%rbp), %rsi\n  mov 16(%rbp), %rdx\n"
  "  call rvr_first\n"
  "  lea -72(%rbp), %rsp\n"
  "  pop %r11\n  pop %r10\n  pop %r9\n  pop %r8\n  pop %rdi\n  pop %rsi\n  pop %rdx\n  pop %rcx\n  pop %rax\n"
  "  pop %rbp\n  ret\n"
  ".size rvr_first_gate, .-rvr_first_gate\n"
);
#endif
