/* Replay without rows: pieces are cut into fragments, whose rows are counted. */
#include <stdlib.h>
#include <string.h>
#include "worker.h"

/* Shared with src/trace/native. `first`: number of its first fragment. */
struct piece { struct checkpoint from; const reg *tape; uint64_t words, first; };

struct cutting {
  struct work work;
  const struct rvr_code *code;
  /* One more, whose checkpoint is the end. */
  const struct piece *pieces;
  struct fragment *fragments;
  uint64_t length;
};

static void *prepare(struct work *w) { return new_replay(); }
static void finish(struct work *w, void *own) { free(own); }

/* The rows of its instructions do not count. */
static void cut_block(struct replay *r, const struct block_chip *chip, op *first)
{
  first(r, r->at, r->tape, r->ts, chip->instructions);
  if (r->why != FINE) return;
  for (uint32_t k = 0; k < chip->rows; k++) r->rows[block_rows[chip->first_rows + k].air].counted -= block_rows[chip->first_rows + k].count;
  r->rows[chip->air].counted++;
}

static const struct replaying cutting = { cut_handlers, cut_block };

static int cut_piece(struct work *w, void *own, uint64_t part, struct failure *f)
{
  struct cutting *c = (struct cutting *)w;
  struct replay *r = own;
  const struct piece *p = &c->pieces[part];
  uint64_t instret = p->from.instret, end = p[1].from.instret;
  struct fragment *fragment = c->fragments + p->first;
  begin_at(r, c->code, &p->from);
  r->tape = p->tape;
  r->tape_end = p->tape + p->words;
  r->ts = 0;
  while (instret < end) {
    uint64_t now = end - instret < c->length ? end - instret : c->length;
    for (uint32_t air = 0; air < AIRS; air++) r->rows[air].counted = 0;
    fragment->from = (struct checkpoint){ .instret = instret, .pc = r->at->pc };
    for (uint32_t k = 0; k < 32; k++) fragment->from.x[k] = r->x[k];
    fragment->ts = r->ts;
    fragment->tape = r->tape;
    if (!replay_stretch(w, r, &cutting, now, end - instret - now, part + 1 == w->parts && now == end - instret))
      return failed(f, r, part, instret + r->done, r->tape - p->tape);
    instret += r->done;
    fragment->ts_after = r->ts;
    fragment->words = r->tape - fragment->tape;
    for (uint32_t air = 0; air < AIRS; air++) fragment->rows[air] = r->rows[air].counted;
    fragment->to = (struct checkpoint){ .instret = instret, .pc = r->at->pc };
    for (uint32_t k = 0; k < 32; k++) fragment->to.x[k] = r->x[k];
    fragment++;
  }
  /* Blocks have made others longer. */
  for (; fragment < c->fragments + p[1].first; fragment++)
    *fragment = (struct fragment){ .from = p[1].from, .to = p[1].from, .ts = r->ts, .ts_after = r->ts, .tape = r->tape };
  uint64_t what = what_differs(r, &p[1].from);
  if (what == 0 && r->tape != r->tape_end) what = WHAT_TAPE;
  if (what == 0) return 1;
  r->why = DIFFERS;
  failed(f, r, part, instret, r->tape - p->tape);
  f->what = what;
  return 0;
}

/* `totals`: rows of each AIR. Places and times of all fragments are those in the segment. */
static void place(struct cutting *c, uint64_t count, uint64_t *totals, struct failure *failure)
{
  uint64_t ts = 1;
  for (uint64_t k = 0; k < count; k++) {
    struct fragment *f = &c->fragments[k];
    uint64_t took = f->ts_after - f->ts;
    f->ts = ts;
    f->ts_after = ts += took;
    for (uint32_t air = 0; air < AIRS; air++) {
      f->first_row[air] = totals[air];
      totals[air] += f->rows[air];
    }
    if (ts > MOST_TIME) {
      *failure = (struct failure){ .why = TIME, .pc = f->from.pc, .instret = f->from.instret };
      return;
    }
  }
}

/* Fragments of `length` instructions; longer ones where a block ends behind that, and shorter ones where pieces end. Returns why it ended early. */
EXPORT uint32_t rvr_trace_cut(const struct rvr_code *code, const struct piece *pieces, uint64_t count, uint64_t length, struct fragment *fragments, uint64_t *totals, uint32_t threads, const uint32_t *cancel, uint64_t *progress, struct failure *failure)
{
  struct cutting c = { { .parts = count, .cancel = cancel, .progress = progress, .failure = failure, .perform = cut_piece, .prepare = prepare, .finish = finish }, code, pieces, fragments, length };
  *failure = (struct failure){ 0 };
  if (count == 0) return FINE;
  work_through(&c.work, threads);
  if (failure->why == FINE) place(&c, pieces[count].first, totals, failure);
  return (uint32_t)failure->why;
}
