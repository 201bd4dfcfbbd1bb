/* Work on many threads, in one call: each takes the next stretch when it has done one. */
#include <pthread.h>
#include <stdint.h>

/* How many may work, and the word that is not 0 when they should stop. */
struct crew { uint32_t threads; const uint32_t *cancel; };

/* What a function answers: the names are those of src/trace/native/system-library.ts. */
enum { SYSTEM_DONE, SYSTEM_CANCELLED, SYSTEM_NO_MEMORY, SYSTEM_REFUSED, SYSTEM_TOO_HIGH, SYSTEM_DIVERGED };

typedef void stretch(void *context, uint64_t from, uint64_t to);

enum { MOST_THREADS = 64 };

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
  pthread_t others[MOST_THREADS];
  uint64_t wanted = (count + grain - 1) / grain, started = 0;
  if (wanted > crew.threads) wanted = crew.threads;
  if (wanted > MOST_THREADS) wanted = MOST_THREADS;
  while (started + 1 < wanted && pthread_create(&others[started], 0, share_work, &s) == 0) started++;
  share_work(&s);
  for (uint64_t k = 0; k < started; k++) pthread_join(others[k], 0);
  return is_cancelled(crew.cancel) ? SYSTEM_CANCELLED : SYSTEM_DONE;
}
