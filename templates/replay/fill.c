/* Replay with rows: fragments fill their parts of the matrices. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "worker.h"

/* The matrix of an AIR: where it begins, and its height; 0 where there is none. Shared with src/trace/native. */
struct matrix { uint64_t cells, height; };

/* Blocks that a fragment touched, in the order of first accesses. Shared with src/trace/native. */
struct touches { struct touch *list; uint64_t count; };

struct filling {
  struct work work;
  const struct rvr_code *code;
  const struct fragment *fragments;
  const struct matrix *matrices;
  uint32_t *cells, *histogram, *executed;
  struct touches *touches;
};

static const uint64_t BLOCKS_BYTES = BLOCKS * sizeof(struct block);

/* Blocks take room where they are accessed. */
static struct block *no_blocks(void)
{
  void *blocks = mmap(0, BLOCKS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return blocks == MAP_FAILED ? 0 : blocks;
}

static void release(struct replay *r)
{
  if (r->blocks != 0) munmap(r->blocks, BLOCKS_BYTES);
  free(r->histogram);
  free(r->executed);
  free(r->scratch);
  free(r->wasted_histogram);
  free(r->wasted_executed);
  free(r->touches);
  free(r);
}

static void *prepare(struct work *w)
{
  struct filling *fill = (struct filling *)w;
  struct replay *r = new_replay();
  if (r == 0) return 0;
  r->blocks = no_blocks();
  r->histogram = calloc(HISTOGRAM, sizeof *r->histogram);
  r->executed = calloc(fill->code->slots + 1, sizeof *r->executed);
  int is_there = r->blocks != 0 && r->histogram != 0 && r->executed != 0;
  if (BLOCK_CHIPS != 0) {
    r->scratch = calloc(SCRATCH, sizeof *r->scratch);
    r->wasted_histogram = calloc(HISTOGRAM, sizeof *r->wasted_histogram);
    r->wasted_executed = calloc(fill->code->slots + 1, sizeof *r->wasted_executed);
    is_there = is_there && r->scratch != 0 && r->wasted_histogram != 0 && r->wasted_executed != 0;
  }
  if (is_there) return r;
  release(r);
  return 0;
}

/* Adds up what a thread has counted. */
static void finish(struct work *w, void *own)
{
  struct filling *fill = (struct filling *)w;
  struct replay *r = own;
  for (uint64_t k = 0; k < HISTOGRAM; k++) fill->histogram[k] += r->histogram[k];
  for (uint64_t k = 0; k < fill->code->slots; k++) fill->executed[k] += r->executed[k];
  release(r);
}

/* The access of a block's instruction that has a row in scratch. */
static uint32_t kind_in_block(const struct replay *r, const uint32_t *row, uint32_t kind)
{
  uint32_t air = kind_airs[kind];
  const struct block_rows *rows = &block_rows[r->block->first_rows];
  while (rows->air != air) rows++;
  uint32_t number = rows->row + (uint32_t)((row - r->rows[air].first) / widths[air]);
  return KINDS + block_first_accesses[r->block->first_row + number] + kind - first_kinds[air];
}

COLD void first_touch(struct replay *r, const uint32_t *row, uint32_t kind, uint32_t space, uint64_t block, uint64_t old, uint32_t time)
{
  if (r->touched == r->room) {
    uint64_t room = r->room == 0 ? 1024 : 2 * r->room;
    struct touch *grown = realloc(r->touches, room * sizeof *grown);
    if (grown == 0) { r->lost_touch = 1; return; }
    r->touches = grown;
    r->room = room;
  }
  uint32_t air = kind_airs[kind];
  uint64_t place = r->rows[air].base + (row - r->rows[air].first) / widths[air];
  if (r->block != 0) {
    kind = kind_in_block(r, row, kind);
    place = r->block_row;
  }
  r->touches[r->touched++] = (struct touch){ .space = space, .block = (uint32_t)block, .kind = kind, .time = time, .row = place, .old = old };
}

/* Rows of the block's instructions are filled in scratch: some of their cells are in the block's row. The others, and what all of them
   look up and count, are nobody's. */
static void fill_block(struct replay *r, const struct block_chip *chip, op *first)
{
  struct rows *own = &r->rows[chip->air], kept[AIRS];
  const struct block_rows *rows = &block_rows[chip->first_rows];
  uint32_t *histogram = r->histogram, *executed = r->executed;
  r->left = chip->instructions;
  if (own->next == own->end) { r->why = ROWS_MANY; return; }
  r->block = chip;
  r->block_row = own->base + (own->next - own->first) / widths[chip->air];
  r->histogram = r->wasted_histogram;
  r->executed = r->wasted_executed;
  for (uint32_t k = 0; k < chip->rows; k++) {
    uint32_t air = rows[k].air, *from = r->scratch + rows[k].cell;
    kept[k] = r->rows[air];
    r->rows[air] = (struct rows){ .next = from, .end = from + rows[k].count * widths[air], .first = from };
  }
  first(r, r->at, r->tape, r->ts, chip->instructions);
  for (uint32_t k = 0; k < chip->rows; k++) r->rows[rows[k].air] = kept[k];
  r->histogram = histogram;
  r->executed = executed;
  r->block = 0;
  if (r->why != FINE) return;
  const struct block_copy *copy = &block_copies[chip->first_copy];
  for (uint32_t k = 0; k < chip->copies; k++) own->next[copy[k].to] = r->scratch[copy[k].from];
  own->next += widths[chip->air];
}

static const struct replaying filling = { fill_handlers, fill_block };

/* What became of the blocks that the fragment touched. */
static int keep_touches(struct replay *r, struct touches *out)
{
  struct touch *list = malloc((r->touched + 1) * sizeof *list);
  if (list == 0 || r->lost_touch) { free(list); return 0; }
  for (uint64_t k = 0; k < r->touched; k++) {
    struct touch t = r->touches[k];
    struct block found = t.space == 1 ? (struct block){ r->x[t.block], r->times[t.block] } : r->blocks[(t.space == 2 ? 0 : MEMORY_BLOCKS) + t.block];
    t.now = found.content;
    t.last = found.time >> 1;
    t.written = found.time & 1;
    list[k] = t;
  }
  *out = (struct touches){ list, r->touched };
  return 1;
}

/* Do the fragment's rows lie in the matrices? */
static int take_rows(struct filling *fill, struct replay *r, const struct fragment *f)
{
  for (uint32_t air = 0; air < AIRS; air++) {
    const struct matrix *m = &fill->matrices[air];
    if (f->first_row[air] > m->height || f->rows[air] > m->height - f->first_row[air]) return 0;
    uint32_t *first = fill->cells + m->cells + f->first_row[air] * widths[air];
    r->rows[air] = (struct rows){ first, first + f->rows[air] * widths[air], first, f->first_row[air], 0 };
  }
  return 1;
}

static uint64_t what_is_left(const struct replay *r, const struct fragment *f)
{
  uint64_t what = what_differs(r, &f->to);
  if (what != 0) return what;
  if (r->tape != r->tape_end) return WHAT_TAPE;
  if (r->ts != f->ts_after) return WHAT_TS;
  for (uint32_t air = 0; air < AIRS; air++) if (r->rows[air].next != r->rows[air].end) return WHAT_ROWS;
  return 0;
}

static int fill_fragment(struct work *w, void *own, uint64_t part, struct failure *out)
{
  struct filling *fill = (struct filling *)w;
  struct replay *r = own;
  const struct fragment *f = &fill->fragments[part];
  begin_at(r, fill->code, &f->from);
  r->tape = f->tape;
  r->tape_end = f->tape + f->words;
  r->ts = (uint32_t)f->ts;
  r->since = 2 * r->ts;
  r->touched = r->lost_touch = 0;
  memset(r->times, 0, sizeof r->times);
  uint64_t instructions = f->to.instret - f->from.instret;
  if (f->ts == 0 || f->ts > MOST_TIME || !take_rows(fill, r, f)) {
    r->why = UNFIT;
    return failed(out, r, part, f->from.instret, 0);
  }
  if (!replay_stretch(w, r, &filling, instructions, 0, 1))
    return failed(out, r, part, f->from.instret + r->done, r->tape - f->tape);
  uint64_t what = what_is_left(r, f);
  if (what == 0 && keep_touches(r, &fill->touches[part])) return 1;
  r->why = what == 0 ? NO_MEMORY : DIFFERS;
  failed(out, r, part, f->to.instret, r->tape - f->tape);
  out->what = what;
  return 0;
}

/* `histogram` and `executed` are added to, `touches` has a list for each fragment. Fragments are in order of time. Returns why it ended
   early. */
EXPORT uint32_t rvr_trace_fill(const struct rvr_code *code, const struct fragment *fragments, uint64_t count, const struct matrix *matrices, uint32_t *cells, uint32_t *histogram, uint32_t *executed, struct touches *touches, uint32_t threads, const uint32_t *cancel, uint64_t *progress, struct failure *failure)
{
  struct filling fill = { { .parts = count, .cancel = cancel, .progress = progress, .failure = failure, .perform = fill_fragment, .prepare = prepare, .finish = finish }, code, fragments, matrices, cells, histogram, executed, touches };
  *failure = (struct failure){ 0 };
  if (count != 0) work_through(&fill.work, threads);
  return (uint32_t)failure->why;
}

EXPORT void rvr_trace_free(void *list) { free(list); }
