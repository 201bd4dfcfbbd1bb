/* Checks between intervals and marks of touched leaves. Cutting a segment is left to the host, which has the same rules (src/machine). */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "guest.h"

/* TABLES */

static inline uint32_t *log_of(struct rvr_meter *t) { return (uint32_t *)((char *)t + METER_LOG_OFFSET); }
static inline uint32_t *undo_of(struct rvr_meter *t) { return (uint32_t *)((char *)t + METER_UNDO_OFFSET); }
static inline uint32_t *stamps_of(struct rvr_meter *t) { return (uint32_t *)((char *)t + METER_STAMPS_OFFSET); }
static inline uint8_t *pending_of(struct rvr_meter *t) { return (uint8_t *)t + METER_PENDING_OFFSET; }
/* Leaves of a page as bits: those that the last segment touched that touched any, and those that any segment did, or that the image holds. */
struct page { uint64_t now, ever; };
static inline struct page *pages_of(struct rvr_meter *t) { return (struct page *)((char *)t + METER_PAGES_OFFSET); }
struct kept_page { uint32_t page, unused; struct page former; };
static inline struct kept_page *undo_pages_of(struct rvr_meter *t) { return (struct kept_page *)((char *)t + METER_UNDO_PAGES_OFFSET); }
static inline uint8_t *seen_of(struct rvr_meter *t) { return (uint8_t *)t + METER_SEEN_OFFSET; }

/* The row counts stay in vector registers across these functions. */
#ifdef __x86_64__
#define GENERAL_REGISTERS __attribute__((target("general-regs-only")))
#else
#define GENERAL_REGISTERS
#endif

__attribute__((visibility("default"))) const uint64_t *rvr_span_starts(void) { return span_starts; }

/* A node of this height was all-zero: so are the subtrees below it, down to those that the segment has already. */
static inline void add_zero_subtrees(struct rvr_meter *t, uint32_t h)
{
  if (t->zero_height >= h + 1) return;
  t->heights[t->hash] += h + 1 - t->zero_height;
  t->zero_height = h + 1;
}

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
  t->heights[h == 0 ? t->boundary : t->merkle] += h == 0 ? /* ROWS OF A LEAF */ : 2;
  t->heights[t->hash] += old == 0 ? 1 : 2;
  if (old == 0) add_zero_subtrees(t, h);
  return 0;
}

/* The node of height `from` above a leaf, and all above that one. */
static void visit_nodes(struct rvr_meter *t, uint32_t id, uint32_t from)
{
  uint32_t space = id >> METER_SPACE_BITS, leaf = id & ((1u << METER_SPACE_BITS) - 1), bits = t->space_bits[space], base = t->space_offset[space];
  for (uint32_t h = from; h <= METER_SPACE_BITS; h++)
    if (visit(t, base + (h <= bits ? (1u << (bits - h)) + (leaf >> h) : (1u << (bits + 1)) + h), h)) return;
  for (uint32_t h = METER_SPACE_BITS + 1, node = METER_SPACE_ROOTS + (space >> 1); h <= METER_TREE_HEIGHT; h++, node >>= 1)
    if (visit(t, node, h)) return;
}

/*
 * The inner nodes above the leaves of a page, heights 1 to 5, a bit for each in the order in which one meets them from left to right: node k of
 * height h has bit 2^h k + 2^(h-1) - 1.
 */
static inline uint64_t inner_nodes(uint64_t leaves)
{
  uint64_t one = (leaves | leaves >> 1) & 0x5555555555555555, two = (one | one >> 2) & 0x1111111111111111, three = (two | two >> 4) & 0x0101010101010101;
  uint64_t four = (three | three >> 8) & 0x0001000100010001, five = (four | four >> 16) & 0x0000000100000001;
  return one | two << 1 | three << 3 | four << 7 | five << 15;
}

static inline uint64_t ones(uint64_t word) { return (uint64_t)__builtin_popcountll(word); }

static void visit_zeros(struct rvr_meter *t, uint64_t leaves, uint64_t inner)
{
  static const uint64_t of_height[5] = { 0x5555555555555555, 0x2222222222222222, 0x0808080808080808, 0x0080008000800080, 0x0000800000008000 };
  uint32_t h = 5;
  while (h > 0 && (inner & of_height[h - 1]) == 0) h--;
  t->heights[t->hash] -= (uint32_t)(ones(leaves) + ones(inner));
  add_zero_subtrees(t, h);
}

static inline uint32_t page_stamp(struct rvr_meter *t, uint32_t number)
{
  return t->space_offset[METER_MEMORY_SPACE] + (1u << (METER_SPACE_BITS - METER_PAGE_SHIFT)) + number;
}

/* Leaves of a page of guest memory, and the nodes above them. */
static void visit_page(struct rvr_meter *t, uint32_t number, uint64_t leaves)
{
  struct page *page = pages_of(t) + number;
  int is_open = stamps_of(t)[page_stamp(t, number)] == t->stamp;
  uint64_t before = is_open ? page->now : 0, now = before | leaves, ever = page->ever;
  if (now == before) return;
  if (t->recording) undo_pages_of(t)[t->undo_pages_length++ & (METER_UNDO_PAGES_COUNT - 1)] = (struct kept_page){ number, 0, *page };
  *page = (struct page){ now, ever | now };
  uint64_t inner = inner_nodes(now), fresh = ones(now ^ before), above = ones(inner) - ones(inner_nodes(before));
  t->heights[t->boundary] += (uint32_t)(/* ROWS OF LEAVES */fresh);
  t->heights[t->merkle] += (uint32_t)(2 * above);
  t->heights[t->hash] += (uint32_t)(2 * (fresh + above));
  if ((now & ~ever) != 0) visit_zeros(t, now & ~ever, inner & ~inner_nodes(ever));
  if (!is_open) visit_nodes(t, METER_MEMORY_SPACE << METER_SPACE_BITS | number << METER_PAGE_SHIFT, METER_PAGE_SHIFT);
}

/* The marks of a page, of one byte each, as bits. */
static inline uint64_t marks_of(struct rvr_meter *t, uint32_t leaf)
{
  uint64_t bits = 0;
  for (uint32_t i = 0; i < 8; i++) bits |= ((((const u64 *)(seen_of(t) + leaf))[i] & 0x8040201008040201) * 0x0101010101010101 >> 56) << 8 * i;
  return bits;
}

static void visit_entry(struct rvr_meter *t, uint32_t id)
{
  if (id >> METER_SPACE_BITS != METER_MEMORY_SPACE) {
    visit_nodes(t, id, 0);
    return;
  }
  uint32_t first = id & ((1u << METER_SPACE_BITS) - 1);
  pending_of(t)[first >> METER_PAGE_SHIFT] = 0;
  visit_page(t, first >> METER_PAGE_SHIFT, marks_of(t, first));
}

static void fold_lanes(struct rvr_meter *t)
{
  for (uint32_t i = 0; i < lane_count; i++) {
    t->heights[lane_chips[i]] += t->lane_rows[i];
    t->kept_heights[lane_chips[i]] += t->kept_lane_rows[i];
    t->lane_rows[i] = t->kept_lane_rows[i] = 0;
  }
}

typedef uint16_t eight_lanes __attribute__((vector_size(16)));
typedef uint32_t eight_rows __attribute__((vector_size(32)));

static void add_lanes(struct rvr_meter *t)
{
  for (uint32_t i = 0; i < RVR_LANES / 8; i++) ((eight_rows *)t->lane_rows)[i] += __builtin_convertvector(((eight_lanes *)t->lanes)[i], eight_rows);
}

/* What an entry of the log will need, which lies anywhere. */
static inline void fetch_entry(struct rvr_meter *t, uint32_t id)
{
  if (id >> METER_SPACE_BITS != METER_MEMORY_SPACE) return;
  uint32_t first = id & ((1u << METER_SPACE_BITS) - 1), number = first >> METER_PAGE_SHIFT;
  __builtin_prefetch(seen_of(t) + first);
  __builtin_prefetch(pages_of(t) + number, 1);
  __builtin_prefetch(stamps_of(t) + page_stamp(t, number), 1);
}

static void account(struct rvr_meter *t)
{
  enum { AHEAD = 8 };
  for (; t->log_done < t->log_length; t->log_done++) {
    fetch_entry(t, log_of(t)[t->log_done + AHEAD]);
    visit_entry(t, log_of(t)[t->log_done]);
  }
}

static void forget_log(struct rvr_meter *t)
{
  t->log_length = t->log_done = t->leaves = t->look_leaves = t->undo_length = t->undo_pages_length = t->host_wrote = 0;
}

static void clear_seen(struct rvr_meter *t)
{
  if (t->drained) madvise(seen_of(t), METER_SEEN_COUNT, MADV_DONTNEED);
  else
    for (uint32_t i = 0; i < t->log_length; i++) {
      uint32_t id = log_of(t)[i];
      if (id >> METER_SPACE_BITS != METER_MEMORY_SPACE) continue;
      for (uint32_t word = 0; word < 8; word++) ((u64 *)(seen_of(t) + (id & ((1u << METER_SPACE_BITS) - 1))))[word] = 0;
    }
  t->drained = 0;
  forget_log(t);
}

__attribute__((visibility("default"))) void rvr_clear_seen(char *m) { clear_seen(meter(m)); }

static inline uint64_t padded(uint64_t height)
{
  return height <= 1 ? height : (uint64_t)1 << (64 - __builtin_clzll(height - 1));
}

/* Heights of the memory chips, in the order of `steady_rows`. */
struct tables { uint64_t boundary, merkle, hash; };

static struct tables tables_now(struct rvr_meter *t)
{
  return (struct tables){ t->heights[t->boundary], t->heights[t->merkle], t->heights[t->hash] };
}

/* What they are at most with so many more leaves, and with those that are kept in reserve, which lie side by side. */
static struct tables tables_with(struct rvr_meter *t, uint64_t leaves)
{
  struct tables now = tables_now(t);
  uint64_t nodes = t->reserve_leaves + t->reserve_leaves / 8, all = leaves + t->reserve_leaves;
  for (int h = 1; h <= METER_TREE_HEIGHT; h++) nodes += leaves < (uint64_t)1 << (METER_TREE_HEIGHT - h) ? leaves : (uint64_t)1 << (METER_TREE_HEIGHT - h);
  return (struct tables){ now.boundary + /* ROWS OF LEAVES */all, now.merkle + 2 * nodes, now.hash + 2 * (all + nodes) + METER_TREE_HEIGHT + 1 };
}

/*
 * Does a segment keep to its limits with so many more rows of every chip that the guest can add to, so much swelling,
 * and these memory tables?
 */
static int fits(struct rvr_meter *t, uint64_t rows, uint64_t swell, struct tables tables)
{
  uint64_t cells = 0, second = 0, paid = 0, interactions = 0;
  for (uint32_t chip = 0; chip < t->chips; chip++) {
    uint64_t height = t->heights[chip];
    if (!t->fixed[chip]) {
      if (chip == t->boundary) height = tables.boundary;
      else if (chip == t->merkle) height = tables.merkle;
      else if (chip == t->hash) height = tables.hash;
      else height += (/* GROWTH */) + swell * t->units[chip];
      if (padded(height) > t->max_height) return 0;
    }
    if (height == 0) continue;
    uint64_t high = padded(height);
    cells += high * t->widths[chip];
    second += (high * t->widths[chip]) << t->next_row[chip];
    paid += high * t->interactions[chip];
    interactions += (height + 1) * t->interactions[chip];
  }
  uint64_t secondary = second * SECONDARY, interaction = paid * INTERACTION + FIXED;
  if (cells * CELL + (secondary > interaction ? secondary : interaction) > t->max_memory * 4) return 0;
  return interactions <= t->max_interactions;
}

/*
 * Does every check find the limits kept until so many are done, and in the interval behind them, with so much swelling
 * and so many leaves until then? Before each of them `leaves` and `swell` tell whether what is allowed for is used up.
 * src/machine/look-ahead.ts says what is proved of the last interval and what is a guess.
 */
static int fits_for(struct rvr_meter *t, uint64_t checks, uint64_t swell, uint64_t leaves)
{
  return fits(t, checks * METER_PLAIN_ROWS, swell + t->reserve_swell, tables_with(t, METER_PLAIN_LEAVES + leaves));
}

static uint32_t reserve(uint32_t former, uint32_t used, uint32_t least, uint32_t most)
{
  uint32_t kept = former - (former + 7) / 8;
  if (used > kept) kept = used;
  if (kept < least) kept = least;
  return kept < most ? kept : most;
}

/* Learns from what has happened since the last look. */
static void learn(struct rvr_meter *t)
{
  if (t->reserve_swell > 0) {
    t->reserve_swell = reserve(t->reserve_swell, t->swell, METER_LEAST_SWELL, METER_MOST_SWELL);
    t->reserve_leaves = reserve(t->reserve_leaves, t->leaves - t->look_leaves, METER_LEAST_LEAVES, METER_MOST_LEAVES);
  }
  t->swell = 0;
  t->look_leaves = t->leaves;
}

/* The state at this check is where the next one may cut; touches from here on are logged again. */
static void keep(struct rvr_meter *t, int64_t retired)
{
  for (uint32_t i = 0; i < RVR_LANES / 8; i++) ((eight_rows *)t->kept_lane_rows)[i] = ((eight_rows *)t->lane_rows)[i];
  /* Calls and the host add rows without lanes. */
  for (uint32_t chip = 0; chip < t->chips; chip++) t->kept_heights[chip] = t->heights[chip];
  t->checkpoint = retired;
  t->kept_zero_height = t->zero_height;
  clear_seen(t);
}

static int quiet_for(struct rvr_meter *t, const uint32_t step[3])
{
  if (!fits_for(t, step[0], step[1], step[2])) return 0;
  t->quiet = step[0] - 1;
  t->quiet_swell = step[1];
  t->quiet_leaves = t->leaves + step[2];
  return 1;
}

/* A look at the limits. Returns 0 when one is exceeded; else settles how far ahead the next look lies. */
static int look(struct rvr_meter *t, int64_t retired)
{
  fold_lanes(t);
  learn(t);
  t->quiet = 0;
  uint32_t step = t->careful ? LOOK_STEPS : 0;
  while (step < LOOK_STEPS && !quiet_for(t, look_steps[step])) step++;
  if (step < LOOK_STEPS || (!t->careful && fits_for(t, 1, 0, 0))) {
    t->recording = 0;
    return 1;
  }
  struct tables now = tables_now(t), steps = { padded(now.boundary), padded(now.merkle), padded(now.hash) };
  if (!fits(t, 0, 0, now)) return 0;
  /* The next check may cut. As long as no memory table grows a step, it is the other chips alone that may do that. */
  t->quiet_swell = METER_LEAST_SWELL;
  for (t->steady = 64; t->steady > 0 && !fits(t, t->steady * METER_PLAIN_ROWS, METER_LEAST_SWELL, steps);) t->steady /= 8;
  t->steady_rows[0] = (uint32_t)steps.boundary;
  t->steady_rows[1] = (uint32_t)steps.merkle;
  t->steady_rows[2] = (uint32_t)steps.hash;
  keep(t, retired);
  t->recording = 1;
  return 1;
}

static int is_steady(struct rvr_meter *t)
{
  if (t->steady == 0 || t->swell > t->quiet_swell) return 0;
  struct tables now = tables_now(t);
  return now.boundary <= t->steady_rows[0] && now.merkle <= t->steady_rows[1] && now.hash <= t->steady_rows[2];
}

/*
 * A check is due before the next block. Returns what is left of the new interval; or `left` as it was, when the host has to do the check:
 * it has to cut, or the run has to stop.
 */
int64_t rvr_check_fully(char *m, int64_t left, rows *counts)
{
  struct rvr_meter *t = meter(m);
  enum { VECTORS = RVR_LANES * sizeof(uint16_t) / sizeof(rows) };
  for (uint32_t i = 0; i < VECTORS; i++) lanes(m)[i] = counts[i];
  add_lanes(t);
  for (uint32_t i = 0; i < VECTORS; i++) counts[i] = (rows){ 0 };
  int64_t retired = t->retired + t->granted - left;
  if (retired + t->interval > t->limit || floor_of(m) > RVR_FLOOR) return left;
  int full = t->leaves > METER_LOG_FULL;
  int quiet = t->quiet > 0 && t->leaves <= t->quiet_leaves && t->swell <= t->quiet_swell;
  if (!quiet || full) account(t);
  if (quiet) t->quiet--;
  else if (t->recording && is_steady(t)) {
    t->steady--;
    keep(t, retired);
  } else if (!look(t, retired)) return left;
  if (full && !t->recording) {
    forget_log(t);
    t->drained = 1;
    t->quiet = 0;
  }
  t->retired = retired;
  t->granted = t->interval;
  return t->interval;
}

GENERAL_REGISTERS int64_t rvr_check(char *m, int64_t left)
{
  struct rvr_meter *t = meter(m);
  int64_t retired = t->retired + t->granted - left;
  if (t->quiet == 0 || t->leaves > t->quiet_leaves || t->leaves > METER_LOG_FULL || t->swell > t->quiet_swell) return left;
  if (retired + t->interval > t->limit || floor_of(m) > RVR_FLOOR) return left;
  t->quiet--;
  t->retired = retired;
  t->granted = t->interval;
  return t->interval;
}

/* A page of guest memory has new marks. */
static inline void log_page(struct rvr_meter *t, uint32_t leaf)
{
  uint8_t *pending = pending_of(t) + (leaf >> METER_PAGE_SHIFT);
  if (*pending) return;
  *pending = 1;
  log_of(t)[t->log_length++] = METER_MEMORY_SPACE << METER_SPACE_BITS | (leaf & ~((1u << METER_PAGE_SHIFT) - 1));
}

static inline void mark(struct rvr_meter *t, uint32_t leaf)
{
  if (seen_of(t)[leaf]) return;
  seen_of(t)[leaf] = 255;
  t->leaves++;
  log_page(t, leaf);
}

/* Marks at most eight leaves of one page; how many had no mark. */
static inline uint32_t mark_word(struct rvr_meter *t, uint32_t leaf, uint32_t count)
{
  uint32_t beyond = (leaf & 63) > 56 ? (leaf & 63) - 56 : 0;
  u64 *marks = (u64 *)(seen_of(t) + leaf - beyond);
  uint64_t wanted = (~(uint64_t)0 >> (64 - 8 * count)) << 8 * beyond, there = *marks;
  *marks = there | wanted;
  return (uint32_t)((~there & wanted & 0x0101010101010101) * 0x0101010101010101 >> 56);
}

GENERAL_REGISTERS void rvr_touch(char *m, uint64_t address, uint64_t width)
{
  struct rvr_meter *t = meter(m);
  uint32_t leaf = (uint32_t)(address >> METER_LEAF_SHIFT), end = (uint32_t)((address + width - 1) >> METER_LEAF_SHIFT) + 1;
  while (leaf < end) {
    uint32_t behind = (leaf | ((1u << METER_PAGE_SHIFT) - 1)) + 1, stop = behind < end ? behind : end, fresh = 0, page = leaf;
    for (; stop - leaf > 8; leaf += 8) fresh += mark_word(t, leaf, 8);
    fresh += mark_word(t, leaf, stop - leaf);
    leaf = stop;
    if (fresh == 0) continue;
    t->leaves += fresh;
    log_page(t, page);
  }
}

GENERAL_REGISTERS void rvr_touch_group(char *m, uint64_t base, const struct rvr_access *accesses)
{
  do rvr_touch(m, base + (uint64_t)(int64_t)accesses->offset, accesses->width); while ((accesses++)->more);
}

GENERAL_REGISTERS void rvr_touch_all(char *m, uint64_t address, uint64_t times, uint64_t stride, uint64_t width)
{
  struct rvr_meter *t = meter(m);
  for (; times != 0; times--, address += stride) {
    /* An access lies in one leaf or two. */
    uint32_t first = (uint32_t)(address >> METER_LEAF_SHIFT), last = (uint32_t)((address + width - 1) >> METER_LEAF_SHIFT);
    mark(t, first);
    if (last != first) mark(t, last);
  }
}

/* Native code hands back: all rows go where the host reads them. */
void meter_leave(char *m)
{
  add_lanes(meter(m));
  fold_lanes(meter(m));
}

/* GATES */
