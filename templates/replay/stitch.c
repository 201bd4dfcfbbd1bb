/* The fragments of a segment, one after another: rows that were the first of their fragment to access a block hear when the block was
   accessed before. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "blocks.h"

struct matrix { uint64_t cells, height; };
struct touches { const struct touch *list; uint64_t count; };
/* Shared with src/trace/native. */
struct rvr_touched { uint32_t space, block; uint64_t old, now; uint32_t last, written; };

static const uint64_t PLACES_BYTES = (32 + BLOCKS) * sizeof(uint32_t);

static uint64_t place_of(const struct touch *t) { return t->space == 1 ? t->block : 32 + (t->space == 2 ? 0 : MEMORY_BLOCKS) + t->block; }

static int is_place(const struct touch *t)
{
  if (t->space == 1) return t->block < 32;
  return t->space == 2 ? t->block < MEMORY_BLOCKS : t->space == 3 && t->block < BLOCKS - MEMORY_BLOCKS;
}

static int is_row(const struct touch *t, const struct matrix *matrices)
{
  return t->kind < KINDS + block_access_count && t->row < matrices[air_of_kind(t->kind)].height;
}

/* A row hears when its block was accessed before; what rows of blocks look up is counted later. */
static int mend(const struct touch *t, uint32_t *row, uint32_t *histogram, uint32_t last)
{
  if (t->kind < KINDS) return menders[t->kind](row, histogram, t->time, last);
  const struct block_access *access = &block_accesses[t->kind - KINDS];
  uint32_t alone[WIDEST];
  timed[access->kind](alone, t->time, last);
  for (uint32_t k = 0; k < access->copies; k++) row[block_copies[access->first_copy + k].to] = alone[block_copies[access->first_copy + k].from];
  return 1;
}

/* By space, then by block: three passes over eleven bits of the key each. */
static int sort(struct rvr_touched *all, uint64_t count)
{
  struct rvr_touched *other = malloc((count + 1) * sizeof *other), *from = all, *to = other;
  if (other == 0) return 0;
  for (uint32_t shift = 0; shift < 33; shift += 11) {
    uint64_t starts[2049] = { 0 };
    for (uint64_t k = 0; k < count; k++) starts[((((uint64_t)from[k].space << 29 | from[k].block) >> shift) & 2047) + 1]++;
    for (uint32_t k = 0; k < 2048; k++) starts[k + 1] += starts[k];
    for (uint64_t k = 0; k < count; k++) to[starts[(((uint64_t)from[k].space << 29 | from[k].block) >> shift) & 2047]++] = from[k];
    struct rvr_touched *swapped = from;
    from = to;
    to = swapped;
  }
  memcpy(all, from, from == all ? 0 : count * sizeof *all);
  free(other);
  return 1;
}

/* Touches between which others are heard. */
enum { HEARD = 1 << 16 };

/* `out` has room for all touches together; `found` is how many blocks there are. Returns why it ended early: then `found` is the number
   of the fragment. */
EXPORT uint32_t rvr_trace_stitch(const struct touches *touches, uint64_t count, const struct matrix *matrices, uint32_t *cells, uint32_t *histogram, struct rvr_touched *out, uint64_t *found, const uint32_t *cancel)
{
  uint32_t *places = mmap(0, PLACES_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  uint64_t blocks = 0;
  uint32_t why = places == MAP_FAILED ? NO_MEMORY : FINE;
  for (uint64_t k = 0; k < count && why == FINE; k++) {
    *found = k;
    for (uint64_t j = 0; j < touches[k].count && why == FINE; j++) {
      const struct touch *t = &touches[k].list[j];
      if (j % HEARD == 0 && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0) { why = CANCELLED; break; }
      if (!is_place(t) || !is_row(t, matrices)) { why = UNFIT; break; }
      uint32_t *place = &places[place_of(t)];
      if (*place == 0) {
        out[blocks] = (struct rvr_touched){ t->space, t->block, t->old, t->now, t->last, t->written };
        *place = (uint32_t)++blocks;
        continue;
      }
      struct rvr_touched *before = &out[*place - 1];
      if (before->now != t->old) { why = CONTENT; break; }
      uint32_t air = air_of_kind(t->kind);
      if (!mend(t, cells + matrices[air].cells + t->row * widths[air], histogram, before->last)) why = NOT_THERE;
      before->now = t->now;
      before->last = t->last;
      before->written |= t->written;
    }
  }
  if (places != MAP_FAILED) munmap(places, PLACES_BYTES);
  if (why == FINE && !sort(out, blocks)) why = NO_MEMORY;
  if (why == FINE) *found = blocks;
  return why;
}
