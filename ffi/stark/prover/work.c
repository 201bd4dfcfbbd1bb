/* Pieces of work, on several threads. */
#include "work.h"
#include "threads.h"

struct crew {
  struct stark_work *work;
  uint64_t next, count;
  uint32_t thread;
  void (*piece)(void *of, uint64_t index, uint32_t thread);
  void *of;
};

static void *take_pieces(void *of)
{
  struct crew *crew = of;
  const uint32_t thread = __atomic_fetch_add(&crew->thread, 1, __ATOMIC_RELAXED);
  while (!stark_is_stopped(crew->work)) {
    const uint64_t index = __atomic_fetch_add(&crew->next, 1, __ATOMIC_RELAXED);
    if (index >= crew->count) break;
    crew->piece(crew->of, index, thread);
  }
  return 0;
}

int stark_each(struct stark_work *work, uint64_t count, void (*piece)(void *of, uint64_t index, uint32_t thread), void *of)
{
  struct crew crew = { .work = work, .count = count, .piece = piece, .of = of };
  on_threads(count < work->threads ? count : work->threads, take_pieces, &crew);
  return !stark_is_stopped(work);
}
