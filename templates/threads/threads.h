/* Several threads for one piece of work, in one call. */
#pragma once
#include <pthread.h>
#include <stdint.h>

/* The SDK lets nobody ask for more: src/load/threads.ts. */
enum { MOST_THREADS = 64 };

/* Runs `work` on `of` on this thread, and on others up to `wanted` in all as far as the system has some: so work has to be such that
   fewer threads do the same. Returns when all are done. */
static inline void on_threads(uint64_t wanted, void *(*work)(void *of), void *of)
{
  pthread_t others[MOST_THREADS];
  uint64_t started = 0;
  if (wanted > MOST_THREADS) wanted = MOST_THREADS;
  while (started + 1 < wanted && pthread_create(&others[started], 0, work, of) == 0) started++;
  work(of);
  for (uint64_t k = 0; k < started; k++) pthread_join(others[k], 0);
}
