/* A check of a segment on several threads. */
#pragma once
#include "block.h"

/* What both functions return; numbers above 0 are errors. */
enum { CHECK_DONE, CHECK_CANCELLED, CHECK_NO_MEMORY, CHECK_BAD_TABLE };

/* tables: for each AIR where its matrix begins among the `words` of `cells`, and its height, which is 0 where there is none. publics: those of all AIRs, in order.
 * seed: random words, 3 × (fields of the longest message + 1), and 6. cancel ends the call soon when it is not 0; progress counts rows. */
#define CHECK_PARAMETERS const uint32_t *cells, uint64_t words, const uint64_t *tables, const uint32_t *publics, const uint32_t *seed, uint32_t threads, \
  const uint32_t *cancel, uint64_t *progress

/* How many messages there are; for each bus, does something not cancel; then for each AIR OF_AIR numbers: cells that are no elements, broken constraints, how many
 * of the first rows with some are listed, and these rows. */
enum { MOST_ROWS = 10, OF_AIR = 3 + MOST_ROWS };
int32_t rvr_check(CHECK_PARAMETERS, uint64_t *result);

/* Which messages do not cancel, on the buses whose number in `buses` is not 0: how many, how many of the first ones are listed, and OF_FOUND numbers of each: what
 * is left modulo p, how many interactions say it, and the places of the first of these: AIR × 2^40 + row × 2^16 + interaction. */
enum { MOST_FOUND = 10, MOST_PLACES = 6, OF_FOUND = 2 + MOST_PLACES };
int32_t rvr_check_find(CHECK_PARAMETERS, const uint32_t *buses, uint64_t *result);

struct check_run {
  const struct check_table *tables; /* one for each AIR */
  const uint32_t *publics;
  const struct check_message *messages;
  uint32_t threads;
  const volatile uint32_t *cancel;
  uint64_t *progress;
  int error;
  /* Is the AIR looked at? 0: all are. */
  int (*is_wanted)(void *of, uint32_t air);
  /* A block that is loaded. `mine` is what `begin` made for the thread. */
  void (*look)(void *of, void *mine, struct check_block *b, uint32_t air, const struct check_message *messages, uint32_t wrong);
  void *(*begin)(void *of);
  void (*end)(void *of, void *mine);
  void *of;
  uint64_t next;
};

/* Takes all blocks of all tables through `look`, and returns what went wrong. `begin` is called on each thread, `end` on one at a time. */
int check_run(struct check_run *run);

/* What a call needs besides its arguments; to be freed whatever is returned. */
struct check_job { struct check_table *tables; struct check_message *messages; struct check_field *fields; uint32_t *field_keys; };
int check_job_create(struct check_job *job, CHECK_PARAMETERS);
void check_job_destroy(struct check_job *job);
