/* Work on many threads, in one call: each takes the next stretch when it has done one. */
#include "threads.h"

/* How many may work, and the word that is not 0 when they should stop. */
struct crew { uint32_t threads; const uint32_t *cancel; };

/* What a function answers: the names are those of src/trace/native/system-library.ts. */
enum { SYSTEM_DONE, SYSTEM_CANCELLED, SYSTEM_NO_MEMORY, SYSTEM_REFUSED, SYSTEM_TOO_HIGH, SYSTEM_DIVERGED };

typedef void stretch(void *context, uint64_t from, uint64_t to);

struct shared_work { uint64_t next, count, grain; const uint32_t *cancel; stretch *work; void *context; };

static inline int is_cancelled(const uint32_t *cancel) { return cancel != 0 && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0; }

static void *share_work(void *of)
{
  struct shared_work *s = of;
  while (!is_cancelled(s->cancel)) {
    uint64_t from = __atomic_fetch_add(&s->next, s->grain, __ATOMIC_RELAXED);
    if (from >= s->count) break;
    s->work(s->context, from, from + s->grain < s->count ? from + s->grain : s->count);
  }
  return 0;
}

/* Does `work` for 0 to `count`, `grain` at a time; those that no thread can be made for are done by the others. */
static int in_parallel(struct crew crew, uint64_t count, uint64_t grain, stretch *work, void *context)
{
  struct shared_work s = { 0, count, grain, crew.cancel, work, context };
  uint64_t stretches = (count + grain - 1) / grain;
  on_threads(stretches < crew.threads ? stretches : crew.threads, share_work, &s);
  return is_cancelled(crew.cancel) ? SYSTEM_CANCELLED : SYSTEM_DONE;
}
