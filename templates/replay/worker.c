/* Threads that take parts of the work in order, and what every part begins and ends with. */
#include <stdlib.h>
#include "threads.h"
#include "worker.h"

static void locked(struct work *w, void *own, void (*f)(struct work *, void *))
{
  while (__atomic_exchange_n(&w->lock, 1, __ATOMIC_ACQUIRE)) ;
  f(w, own);
  __atomic_store_n(&w->lock, 0, __ATOMIC_RELEASE);
}

static void note(struct work *w, void *found)
{
  struct failure *f = found;
  if (w->failure->why == FINE || f->part < w->failure->part) *w->failure = *f;
}

static void *worker(void *argument)
{
  struct work *w = argument;
  struct failure f = { 0 };
  void *own = w->prepare(w);
  if (own == 0) return 0;
  for (;;) {
    uint64_t part = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
    /* Parts are taken in order, so all before one that failed have been taken. */
    if (part >= w->parts || __atomic_load_n(&w->failure->why, __ATOMIC_ACQUIRE) != FINE) break;
    if (!w->perform(w, own, part, &f)) { locked(w, &f, note); break; }
  }
  if (w->finish != 0) locked(w, own, w->finish);
  return 0;
}

/* On this thread, and on others as far as the system has some and memory for them. */
void work_through(struct work *w, uint32_t threads)
{
  on_threads(threads < w->parts ? threads : w->parts, worker, w);
  if (w->failure->why == FINE && w->next < w->parts) *w->failure = (struct failure){ .why = NO_MEMORY, .part = w->next };
}

void begin_at(struct replay *r, const struct rvr_code *code, const struct checkpoint *from)
{
  for (uint32_t k = 1; k < 32; k++) r->x[k] = (reg)from->x[k];
  r->x[0] = 0;
  r->code = code;
  r->range = &code->ranges[0];
  r->why = FINE;
  r->at = insn_at(r, from->pc);
  if (r->at == 0) {
    /* Control may have run out of the code. */
    r->beyond = (struct insn){ .pc = (uint32_t)from->pc, .operation = OP_OUTSIDE };
    r->at = &r->beyond;
  }
}

struct replay *new_replay(void) { return calloc(1, sizeof(struct replay) + AIRS * sizeof(struct rows)); }

/* Instructions of one part, in stretches between which others are heard. A whole block may reach behind their end, `beyond` at most; one
   that reaches further is none. `done` is how many there were. */
int replay_stretch(struct work *w, struct replay *r, const struct replaying *how, uint64_t instructions, uint64_t beyond, int may_end)
{
  r->done = 0;
  while (r->done < instructions) {
    uint64_t left = instructions - r->done, now = left < CHUNK ? left : CHUNK;
    if (w->cancel != 0 && __atomic_load_n(w->cancel, __ATOMIC_RELAXED) != 0) { r->why = CANCELLED; return 0; }
    uint32_t operation = r->at->operation;
    r->may_end = may_end && now == left;
    if (operation == OP_BLOCK) {
      const struct block_chip *chip = &block_chips[r->at->block];
      operation = r->code->first_operations[r->at->block];
      if (chip->instructions <= left + beyond) {
        how->block(r, chip, how->handlers[operation]);
        r->done += chip->instructions - (uint64_t)r->left;
        if (r->why == FINE && r->ts > MOST_TIME) r->why = TIME;
        if (r->why != FINE) return 0;
        if (w->progress != 0) __atomic_fetch_add(w->progress, chip->instructions, __ATOMIC_RELAXED);
        continue;
      }
    }
    how->handlers[operation](r, r->at, r->tape, r->ts, (int64_t)now);
    r->done += now - (uint64_t)r->left;
    if (r->why == FINE && r->ts > MOST_TIME) r->why = TIME;
    if (r->why != FINE) return 0;
    if (w->progress != 0) __atomic_fetch_add(w->progress, now - (uint64_t)r->left, __ATOMIC_RELAXED);
  }
  return 1;
}

/* What is not as it is at a checkpoint; 0 where all is. x0 never differs. */
uint64_t what_differs(const struct replay *r, const struct checkpoint *to)
{
  if (r->at->pc != to->pc) return WHAT_PC;
  for (uint32_t k = 1; k < 32; k++) if (r->x[k] != to->x[k]) return k;
  return 0;
}

int failed(struct failure *f, const struct replay *r, uint64_t part, uint64_t instret, uint64_t tape)
{
  *f = (struct failure){ .why = r->why, .part = part, .pc = r->at->pc, .instret = instret, .tape = tape };
  for (uint32_t k = 0; k < 32; k++) f->x[k] = r->x[k];
  return 0;
}
