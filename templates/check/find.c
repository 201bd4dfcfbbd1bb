/* Which messages do not cancel, in memory that does not grow with the segment. Hashes are put into buckets, and what is said in each is added up; then the messages of buckets
 * that do not cancel are gathered one by one, of some buckets at a time, so that what is gathered has room. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"

enum { BUCKETS = 1 << 16, SHARDS = 64 };
/* Messages that are gathered at a time, about. */
enum { MOST_GATHERED = 1 << 19 };

struct bucket { uint32_t sum[2]; uint64_t said; };
/* A message, by its hash; `said` is 0 where there is none. */
struct entry { uint64_t x, y, said, sum, places[MOST_PLACES]; };
/* Open addressing; never more than half full. */
struct shard { pthread_mutex_t lock; struct entry *entries; uint64_t size, used; };

struct search {
  const uint32_t *buses;
  struct bucket *buckets;
  /* Buckets that are gathered. */
  uint32_t from, to;
  struct shard shards[SHARDS];
  int is_full;
  uint64_t count, listed;
  struct entry first[MOST_FOUND];
};

static int is_wanted(void *of, uint32_t air)
{
  const struct search *search = of;
  for (uint32_t k = 0; k < check_airs[air].said_count; k++) if (search->buses[check_airs[air].said[k].bus] != 0) return 1;
  return 0;
}

static uint32_t bucket_of(uint64_t x) { return (uint32_t)(x >> 48); }

static void add_up(void *of, void *my, struct check_block *b, uint32_t air, const struct check_message *messages, uint32_t wrong)
{
  const struct search *search = of;
  struct bucket *mine = my;
  block_evaluate(b);
  for (uint32_t k = 0; k < b->air->said_count; k++) {
    if (search->buses[messages[k].bus] == 0 || block_say(b, &messages[k]) == 0) continue;
    for (uint32_t row = 0; row < b->rows; row++) {
      if (b->count[row] == 0) continue;
      struct bucket *bucket = &mine[bucket_of(b->x[row])];
      bucket->sum[0] = (uint32_t)((bucket->sum[0] + (b->x[row] >> 32) * b->count[row]) % FIELD_ORDER);
      bucket->sum[1] = (uint32_t)((bucket->sum[1] + (b->y[row] >> 32) * b->count[row]) % FIELD_ORDER);
      bucket->said++;
    }
  }
}

static void *begin_buckets(void *of) { return calloc(BUCKETS, sizeof(struct bucket)); }

static void end_buckets(void *of, void *my)
{
  struct search *search = of;
  struct bucket *mine = my;
  for (uint32_t k = 0; k < BUCKETS; k++) {
    for (uint32_t s = 0; s < 2; s++) search->buckets[k].sum[s] = field_add(search->buckets[k].sum[s], mine[k].sum[s]);
    search->buckets[k].said += mine[k].said;
  }
  free(mine);
}

static int is_left(const struct bucket *bucket) { return bucket->sum[0] != 0 || bucket->sum[1] != 0; }

/* The entry of a hash, or a free one. */
static struct entry *place(struct entry *entries, uint64_t size, uint64_t x, uint64_t y)
{
  for (uint64_t at = x ^ y >> 7;; at++) {
    struct entry *entry = &entries[at & (size - 1)];
    if (entry->said == 0 || (entry->x == x && entry->y == y)) return entry;
  }
}

static int grow(struct shard *shard)
{
  uint64_t size = shard->size == 0 ? 256 : 2 * shard->size;
  struct entry *entries = calloc(size, sizeof *entries);
  if (entries == 0) return 0;
  for (uint64_t k = 0; k < shard->size; k++) {
    const struct entry *old = &shard->entries[k];
    if (old->said != 0) *place(entries, size, old->x, old->y) = *old;
  }
  free(shard->entries);
  shard->entries = entries;
  shard->size = size;
  return 1;
}

static void note(struct entry *entry, uint64_t at)
{
  uint64_t k = entry->said < MOST_PLACES ? entry->said : MOST_PLACES;
  entry->said++;
  if (k == MOST_PLACES) {
    if (at >= entry->places[MOST_PLACES - 1]) return;
    k--;
  }
  for (; k > 0 && entry->places[k - 1] > at; k--) entry->places[k] = entry->places[k - 1];
  entry->places[k] = at;
}

static void gather(void *of, void *my, struct check_block *b, uint32_t air, const struct check_message *messages, uint32_t wrong)
{
  struct search *search = of;
  block_evaluate(b);
  for (uint32_t k = 0; k < b->air->said_count; k++) {
    if (search->buses[messages[k].bus] == 0 || block_say(b, &messages[k]) == 0) continue;
    for (uint32_t row = 0; row < b->rows; row++) {
      uint64_t x = b->x[row], y = b->y[row];
      uint32_t bucket = bucket_of(x);
      if (b->count[row] == 0 || bucket < search->from || bucket >= search->to || !is_left(&search->buckets[bucket])) continue;
      struct shard *shard = &search->shards[y % SHARDS];
      pthread_mutex_lock(&shard->lock);
      if (2 * shard->used < shard->size || grow(shard)) {
        struct entry *entry = place(shard->entries, shard->size, x, y);
        if (entry->said == 0) {
          shard->used++;
          entry->x = x;
          entry->y = y;
        }
        entry->sum = (entry->sum + b->count[row]) % FIELD_ORDER;
        note(entry, (uint64_t)air << 40 | (uint64_t)(b->from + row) << 16 | k);
      } else search->is_full = 1;
      pthread_mutex_unlock(&shard->lock);
    }
  }
}

static void *begin_gathering(void *of) { return calloc(1, 1); }
static void end_gathering(void *of, void *mine) { free(mine); }

static void list(struct search *search, const struct entry *entry)
{
  struct entry *first = search->first;
  if (search->listed == MOST_FOUND && entry->places[0] >= first[MOST_FOUND - 1].places[0]) return;
  uint64_t at = search->listed < MOST_FOUND ? search->listed++ : MOST_FOUND - 1;
  for (; at > 0 && first[at - 1].places[0] > entry->places[0]; at--) first[at] = first[at - 1];
  first[at] = *entry;
}

/* Takes what was gathered out again. */
static void take(struct search *search)
{
  for (uint32_t s = 0; s < SHARDS; s++) {
    struct shard *shard = &search->shards[s];
    for (uint64_t k = 0; k < shard->size; k++) {
      const struct entry *entry = &shard->entries[k];
      if (entry->said == 0 || entry->sum == 0) continue;
      search->count++;
      list(search, entry);
    }
    free(shard->entries);
    shard->entries = 0;
    shard->size = shard->used = 0;
  }
}

static int find(struct search *search, struct check_run *run)
{
  run->begin = begin_buckets;
  run->look = add_up;
  run->end = end_buckets;
  int error = check_run(run);
  run->begin = begin_gathering;
  run->look = gather;
  run->end = end_gathering;
  while (error == 0 && search->to < BUCKETS) {
    uint64_t said = 0;
    search->from = search->to;
    while (search->to < BUCKETS) {
      const struct bucket *bucket = &search->buckets[search->to];
      if (is_left(bucket) && said > 0 && said + bucket->said > MOST_GATHERED) break;
      if (is_left(bucket)) said += bucket->said;
      search->to++;
    }
    if (said == 0) break;
    run->next = 0;
    error = check_run(run);
    if (search->is_full) error = CHECK_NO_MEMORY;
    take(search);
  }
  return error;
}

static void tell(const struct search *search, uint64_t *result)
{
  *result++ = search->count;
  *result++ = search->listed;
  for (uint64_t k = 0; k < search->listed; k++, result += OF_FOUND) {
    const struct entry *entry = &search->first[k];
    result[0] = entry->sum;
    result[1] = entry->said;
    memcpy(result + 2, entry->places, sizeof entry->places);
  }
}

__attribute__((visibility("default"))) int32_t rvr_check_find(CHECK_PARAMETERS, const uint32_t *buses, uint64_t *result)
{
  struct check_job job;
  struct search *search = calloc(1, sizeof *search);
  struct bucket *buckets = begin_buckets(0);
  int error = check_job_create(&job, cells, words, tables, publics, seed, threads, cancel, progress);
  if (search == 0 || buckets == 0) error = CHECK_NO_MEMORY;
  if (error == 0) {
    search->buses = buses;
    search->buckets = buckets;
    for (uint32_t k = 0; k < SHARDS; k++) pthread_mutex_init(&search->shards[k].lock, 0);
    struct check_run run = {
      .tables = job.tables, .publics = publics, .messages = job.messages, .threads = threads, .cancel = cancel, .progress = progress,
      .is_wanted = is_wanted, .of = search,
    };
    error = find(search, &run);
    for (uint32_t k = 0; k < SHARDS; k++) pthread_mutex_destroy(&search->shards[k].lock);
  }
  if (error == 0) tell(search, result);
  free(buckets);
  free(search);
  check_job_destroy(&job);
  return error;
}
