/* Checks between intervals and marks of touched leaves. Cutting a segment is left to the host, which has the same rules (src/machine). */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "guest.h"

extern const uint8_t lane_chips[];
extern const uint32_t lane_count;
extern const uint64_t block_starts[];

static inline uint32_t *log_of(struct rvr_meter *t) { return (uint32_t *)((char *)t + METER_LOG_OFFSET); }
static inline uint32_t *undo_of(struct rvr_meter *t) { return (uint32_t *)((char *)t + METER_UNDO_OFFSET); }
static inline uint32_t *stamps_of(struct rvr_meter *t) { return (uint32_t *)((char *)t + METER_STAMPS_OFFSET); }
static inline uint8_t *seen_of(struct rvr_meter *t) { return (uint8_t *)t + METER_SEEN_OFFSET; }

enum { SPACE_BITS = 25, TREE_HEIGHT = 28, MEMORY_SPACE = 1 };

/* Bit k of word k / 64 is set where a basic block starts at slot k. */
__attribute__((visibility("default"))) const uint64_t *rvr_block_starts(void) { return block_starts; }

/* One node of the tree at height h: accounts for it unless this segment has touched it before, which is the answer. */
static inline int visit(struct rvr_meter *t, uint32_t index, uint32_t h)
{
  uint32_t *stamp = stamps_of(t) + index, old = *stamp;
  if (old == t->stamp) return 1;
  if (t->recording) {
    uint32_t *undo = undo_of(t) + 2 * (t->undo_length++ & (METER_UNDO_COUNT - 1));
    undo[0] = index;
    undo[1] = old;
  }
  *stamp = t->stamp;
  t->heights[h == 0 ? t->boundary : t->merkle] += h == 0 ? 1 : 2;
  t->heights[t->hash] += old == 0 ? 1 : 2;
  if (old == 0 && t->zero_height < h + 1) {
    t->heights[t->hash] += h + 1 - t->zero_height;
    t->zero_height = h + 1;
  }
  return 0;
}

static void visit_leaf(struct rvr_meter *t, uint32_t id)
{
  uint32_t space = id >> SPACE_BITS, leaf = id & ((1u << SPACE_BITS) - 1), bits = t->space_bits[space], base = t->space_offset[space];
  for (uint32_t h = 0; h <= SPACE_BITS; h++)
    if (visit(t, base + (h <= bits ? (1u << (bits - h)) + (leaf >> h) : (1u << (bits + 1)) + h), h)) return;
  for (uint32_t h = SPACE_BITS + 1, node = 4 + (space >> 1); h <= TREE_HEIGHT; h++, node >>= 1)
    if (visit(t, node, h)) return;
}

static void fold_lanes(struct rvr_meter *t)
{
  for (uint32_t i = 0; i < lane_count; i++) {
    t->heights[lane_chips[i]] += t->lane_rows[i];
    t->lane_rows[i] = 0;
  }
}

static void add_lanes(struct rvr_meter *t)
{
  for (uint32_t i = 0; i < RVR_LANES; i++) t->lane_rows[i] += t->lanes[i];
}

static void account(struct rvr_meter *t)
{
  fold_lanes(t);
  while (t->log_done < t->log_length) visit_leaf(t, log_of(t)[t->log_done++]);
}

static void forget_log(struct rvr_meter *t)
{
  t->log_length = t->log_done = t->undo_length = 0;
}

static void clear_seen(struct rvr_meter *t)
{
  if (t->drained) madvise(seen_of(t), METER_SEEN_COUNT, MADV_DONTNEED);
  else
    for (uint32_t i = 0; i < t->log_length; i++) seen_of(t)[log_of(t)[i] & ((1u << SPACE_BITS) - 1)] = 0;
  t->drained = 0;
  forget_log(t);
}

__attribute__((visibility("default"))) void rvr_clear_seen(char *m) { clear_seen(meter(m)); }

static inline uint64_t padded(uint64_t height)
{
  return height <= 1 ? height : (uint64_t)1 << (64 - __builtin_clzll(height - 1));
}

/* Does the segment keep to its limits after `checks` more intervals, whatever they execute? With 0: now. */
static int fits(struct rvr_meter *t, uint64_t checks)
{
  uint64_t more = checks * METER_INTERVAL_ROWS, leaves = checks * (2 * METER_INTERVAL_ROWS + 2), nodes = 0;
  for (int h = 1; h <= TREE_HEIGHT; h++) nodes += leaves < (uint64_t)1 << (TREE_HEIGHT - h) ? leaves : (uint64_t)1 << (TREE_HEIGHT - h);
  uint64_t cells = 0, second = 0, paid = 0, interactions = 0;
  for (uint32_t chip = 0; chip < t->chips; chip++) {
    uint64_t height = t->heights[chip];
    if (!t->fixed[chip]) {
      height += chip == t->boundary ? leaves : chip == t->merkle ? 2 * nodes : chip == t->hash ? (checks == 0 ? 0 : 2 * (leaves + nodes) + TREE_HEIGHT + 1) : more;
      if (padded(height) > t->max_height) return 0;
    }
    uint64_t rows = padded(height);
    cells += rows * t->widths[chip];
    second += (rows * t->widths[chip]) << t->next_row[chip];
    paid += rows * t->interactions[chip];
    interactions += (height + (height > 0)) * t->interactions[chip];
  }
  /* Quarters of a byte, so that the factors 0.625 * 4 and 9.0625 * 4 are whole. */
  uint64_t secondary = second * 10, interaction = paid * 145 + ((uint64_t)8 << 20);
  if (cells * 48 + (secondary > interaction ? secondary : interaction) > t->max_memory * 4) return 0;
  return interactions <= t->max_interactions;
}

/*
 * A check is due before the next block. Returns what is left of the new interval; or `left` as it was, when the host has to do the check:
 * it may have to cut, or the run has to stop.
 */
int64_t rvr_check(char *m, int64_t left)
{
  struct rvr_meter *t = meter(m);
  add_lanes(t);
  int64_t retired = t->retired + t->granted - left;
  if (retired + t->interval > t->limit || floor_of(m) > RVR_FLOOR) return left;
  if (t->quiet > 0 && t->log_length <= METER_LOG_COUNT / 2) t->quiet--;
  else {
    account(t);
    if (t->quiet > 0) t->quiet--;
    else {
      if (t->recording && !fits(t, 0)) return left;
      t->quiet = fits(t, 64) ? 63 : fits(t, 16) ? 15 : fits(t, 4) ? 3 : 0;
      if (t->quiet > 0 || fits(t, 1)) t->recording = 0;
      else {
        for (uint32_t chip = 0; chip < t->chips; chip++) t->kept_heights[chip] = t->heights[chip];
        t->checkpoint = retired;
        clear_seen(t);
        t->recording = 1;
      }
    }
    if (!t->recording && t->log_length > METER_LOG_COUNT / 2) {
      forget_log(t);
      t->drained = 1;
    }
  }
  t->retired = retired;
  t->granted = t->interval;
  return t->interval;
}

#ifdef __x86_64__
__attribute__((target("general-regs-only")))
#endif
void rvr_touch(char *m, uint64_t address, uint64_t width)
{
  struct rvr_meter *t = meter(m);
  uint8_t *marks = seen_of(t);
  uint32_t last = (uint32_t)((address + width - 1) >> 4);
  for (uint32_t leaf = (uint32_t)(address >> 4); leaf <= last; leaf++) {
    if (marks[leaf]) continue;
    marks[leaf] = 255;
    log_of(t)[t->log_length++] = MEMORY_SPACE << SPACE_BITS | leaf;
  }
}

/* Native code hands back: all rows go where the host reads them. */
void meter_leave(char *m)
{
  add_lanes(meter(m));
  fold_lanes(meter(m));
}

#ifdef __x86_64__
__asm__(
  ".text\n"
  ".hidden rvr_check_gate\n.globl rvr_check_gate\n.type rvr_check_gate, @function\n"
  "rvr_check_gate:\n"
  "  push %rbp\n  mov %rsp, %rbp\n  push %rcx\n  push %rdx\n  push %rsi\n  push %rdi\n  push %r8\n  push %r9\n  push %r10\n  push %r11\n"
  "  and $-64, %rsp\n  mov %rax, %rsi\n  call rvr_check\n"
  "  lea -64(%rbp), %rsp\n  pop %r11\n  pop %r10\n  pop %r9\n  pop %r8\n  pop %rdi\n  pop %rsi\n  pop %rdx\n  pop %rcx\n  pop %rbp\n  ret\n"
  ".size rvr_check_gate, .-rvr_check_gate\n"
  ".hidden rvr_touch_gate\n.globl rvr_touch_gate\n.type rvr_touch_gate, @function\n"
  "rvr_touch_gate:\n"
  "  push %rbp\n  mov %rsp, %rbp\n  push %rax\n  push %rcx\n  push %rdx\n  push %rsi\n  push %rdi\n  push %r8\n  push %r9\n  push %r10\n  push %r11\n"
  "  and $-64, %rsp\n  mov %rax, %rsi\n  call rvr_touch\n"
  "  lea -72(%rbp), %rsp\n  pop %r11\n  pop %r10\n  pop %r9\n  pop %r8\n  pop %rdi\n  pop %rsi\n  pop %rdx\n  pop %rcx\n  pop %rax\n  pop %rbp\n  ret\n"
  ".size rvr_touch_gate, .-rvr_touch_gate\n"
);
#endif
