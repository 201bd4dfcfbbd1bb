#include <stdlib.h>
#include "run.h"
#include "threads.h"

/* Rows that a thread takes at a time: a multiple of LANES. */
enum { PIECE = 1024 };
enum { MOST_HEIGHT = 1 << 24 };

static pthread_mutex_t ending = PTHREAD_MUTEX_INITIALIZER;

static uint64_t pieces_of(const struct check_run *run, uint32_t air)
{
  if (run->is_wanted != 0 && !run->is_wanted(run->of, air)) return 0;
  return ((uint64_t)run->tables[air].height + PIECE - 1) / PIECE;
}

static void look_at_piece(struct check_run *run, void *mine, struct check_block *b, uint32_t air, const struct check_message *messages, uint32_t from)
{
  const struct check_table *table = &run->tables[air];
  uint32_t to = from + PIECE < table->height ? from + PIECE : table->height;
  for (uint32_t at = from; at < to; at += LANES) {
    uint32_t wrong = block_load(b, &check_airs[air], table, at);
    run->look(run->of, mine, b, air, messages, wrong);
  }
  __atomic_fetch_add(run->progress, to - from, __ATOMIC_RELAXED);
}

static void fail(struct check_run *run, int error) { __atomic_store_n(&run->error, error, __ATOMIC_RELAXED); }

/* Pieces are numbered through all tables, and each thread takes the next one. */
static void *work(void *of)
{
  struct check_run *run = of;
  struct check_block block = { .publics = run->publics };
  void *mine = run->begin(run->of);
  if (mine == 0 || !block_create(&block)) {
    fail(run, CHECK_NO_MEMORY);
    free(mine);
    return 0;
  }
  uint32_t air = 0;
  const struct check_message *messages = run->messages;
  uint64_t first = 0, pieces = pieces_of(run, 0);
  while (__atomic_load_n(&run->error, __ATOMIC_RELAXED) == 0) {
    if (*run->cancel != 0) fail(run, CHECK_CANCELLED);
    uint64_t piece = __atomic_fetch_add(&run->next, 1, __ATOMIC_RELAXED);
    while (air < check_air_count && piece >= first + pieces) {
      first += pieces;
      messages += check_airs[air].said_count;
      if (++air < check_air_count) pieces = pieces_of(run, air);
    }
    if (air == check_air_count) break;
    look_at_piece(run, mine, &block, air, messages, (uint32_t)(piece - first) * PIECE);
  }
  block_destroy(&block);
  pthread_mutex_lock(&ending);
  run->end(run->of, mine);
  pthread_mutex_unlock(&ending);
  return 0;
}

int check_run(struct check_run *run)
{
  on_threads(run->threads, work, run);
  return run->error;
}

int check_job_create(struct check_job *job, CHECK_PARAMETERS)
{
  uint64_t most_fields = (uint64_t)check_longest + 4;
  *job = (struct check_job){
    .tables = calloc(check_air_count + 1, sizeof *job->tables),
    .messages = calloc(check_said_count + 1, sizeof *job->messages),
    .fields = calloc(check_said_count * most_fields + 1, sizeof *job->fields),
    .field_keys = calloc(3 * check_said_count * most_fields + 1, sizeof *job->field_keys),
  };
  if (job->tables == 0 || job->messages == 0 || job->fields == 0 || job->field_keys == 0) return CHECK_NO_MEMORY;
  for (uint32_t k = 0; k < check_air_count; k++) {
    uint64_t from = tables[2 * k], height = tables[2 * k + 1];
    if (height > MOST_HEIGHT || (height & (height - 1)) != 0) return CHECK_BAD_TABLE;
    if (from > words || height * check_airs[k].width > words - from) return CHECK_BAD_TABLE;
    job->tables[k] = (struct check_table){ cells + from, (uint32_t)height };
  }
  struct check_keys keys;
  for (uint32_t which = 0; which < 3; which++) {
    keys.start[which] = (uint64_t)seed[2 * which] << 32 | seed[2 * which + 1];
    keys.of[which] = seed + 6 + which * (check_longest + 1);
  }
  messages_prepare(&keys, job->messages, job->fields, job->field_keys);
  return CHECK_DONE;
}

void check_job_destroy(struct check_job *job)
{
  free(job->tables);
  free(job->messages);
  free(job->fields);
  free(job->field_keys);
}
