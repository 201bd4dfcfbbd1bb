/* Threads that take parts of the work in order, and what every part begins and ends with. */
#include <string.h>
#include "engine.h"
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

/* Instructions of one part, in stretches between which others are heard. */
int replay_stretch(struct work *w, struct replay *r, op *const *handlers, uint64_t instructions, int may_end)
{
  while (instructions != 0) {
    uint64_t now = instructions < CHUNK ? instructions : CHUNK;
    if (w->cancel != 0 && __atomic_load_n(w->cancel, __ATOMIC_RELAXED) != 0) { r->why = CANCELLED; return 0; }
    r->may_end = may_end && now == instructions;
    r->left = (int64_t)now;
    handlers[r->at->operation](r, r->at, r->tape, r->ts, (int64_t)now);
    if (r->why == FINE && r->ts > MOST_TIME) r->why = TIME;
    if (r->why != FINE) { r->left = (int64_t)(instructions - now) + r->left; return 0; }
    instructions -= now;
    if (w->progress != 0) __atomic_fetch_add(w->progress, now, __ATOMIC_RELAXED);
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
