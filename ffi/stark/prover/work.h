/* What work is done with: threads, a word that stops it, words that tell how far it is. */
#ifndef RVR_STARK_WORK_H
#define RVR_STARK_WORK_H

#include <stdint.h>

enum stark_stage {
  STAGE_COMMIT_MAIN = 1,
  STAGE_SUMS,
  STAGE_COMMIT_SUMS,
  STAGE_QUOTIENT,
  STAGE_COMMIT_QUOTIENT,
  STAGE_OPENINGS,
  STAGE_COMBINE,
  STAGE_FOLD,
  STAGE_QUERIES,
  STAGE_COMMIT_FIXED,
};

enum { PROGRESS_STAGE, PROGRESS_DONE, PROGRESS_OF, PROGRESS_WORDS };

struct stark_work {
  /* 1 to 64. */
  uint32_t threads;
  /* One word; not 0: stop. */
  const volatile uint32_t *cancel;
  /* PROGRESS_WORDS of them, which others read meanwhile. */
  uint64_t *progress;
  /* Bits of enum stark_cpu: what is left alone although the CPU has it. */
  uint32_t without;
};

/* What kernels answer. What they write is of use after STARK_DONE only. */
enum { STARK_DONE, STARK_CANCELLED, STARK_NO_MEMORY };

static inline int stark_is_stopped(const struct stark_work *work) { return *work->cancel != 0; }

/*
 * Pieces 0 to count - 1, which threads take one by one; `thread` is below work->threads. They take a few milliseconds
 * at most: between two of them it is seen that all shall stop. 0: it was stopped, and pieces are missing.
 */
int stark_each(struct stark_work *work, uint64_t count, void (*piece)(void *of, uint64_t index, uint32_t thread), void *of);

/* From now on it is this stage, of so many steps. */
static inline void stark_begin_stage(struct stark_work *work, enum stark_stage stage, uint64_t steps)
{
  __atomic_store_n(&work->progress[PROGRESS_DONE], 0, __ATOMIC_RELAXED);
  __atomic_store_n(&work->progress[PROGRESS_OF], steps, __ATOMIC_RELAXED);
  __atomic_store_n(&work->progress[PROGRESS_STAGE], stage, __ATOMIC_RELAXED);
}

static inline void stark_done(struct stark_work *work, uint64_t steps)
{
  __atomic_fetch_add(&work->progress[PROGRESS_DONE], steps, __ATOMIC_RELAXED);
}

#endif
