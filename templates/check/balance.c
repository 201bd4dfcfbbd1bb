#include <stdlib.h>
#include <string.h>
#include "run.h"

/* What is found of an AIR; the first rows with a broken constraint, sorted. */
struct of_air { uint64_t wrong, broken, listed, rows[MOST_ROWS]; };
struct of_bus { uint64_t sum[2], messages; };
struct found { struct of_bus *buses; struct of_air *airs; };

static void *begin(void *of)
{
  uint64_t buses = check_bus_count * sizeof(struct of_bus), airs = check_air_count * sizeof(struct of_air);
  struct found *mine = calloc(1, sizeof *mine + buses + airs);
  if (mine == 0) return 0;
  mine->buses = (struct of_bus *)(mine + 1);
  mine->airs = (struct of_air *)(mine->buses + check_bus_count);
  return mine;
}

static void list_row(struct of_air *air, uint64_t row)
{
  if (air->listed == MOST_ROWS && row >= air->rows[MOST_ROWS - 1]) return;
  uint64_t at = air->listed < MOST_ROWS ? air->listed++ : MOST_ROWS - 1;
  for (; at > 0 && air->rows[at - 1] > row; at--) air->rows[at] = air->rows[at - 1];
  air->rows[at] = row;
}

static void look_at_broken(struct of_air *air, const struct check_block *b)
{
  uint32_t any = 0;
  for (uint32_t row = 0; row < b->rows; row++) any |= b->broken[row];
  if (any == 0) return;
  for (uint32_t row = 0; row < b->rows; row++) {
    if (b->broken[row] == 0) continue;
    air->broken += b->broken[row];
    list_row(air, b->from + row);
  }
}

static void look(void *of, void *my, struct check_block *b, uint32_t air, const struct check_message *messages, uint32_t wrong)
{
  struct found *mine = my;
  mine->airs[air].wrong += wrong;
  block_evaluate(b);
  look_at_broken(&mine->airs[air], b);
  for (uint32_t k = 0; k < b->air->said_count; k++) {
    uint32_t said = block_say(b, &messages[k]);
    if (said == 0) continue;
    struct of_bus *bus = &mine->buses[messages[k].bus];
    bus->messages += said;
    bus->sum[0] = (bus->sum[0] + block_sum(b, b->x)) % FIELD_ORDER;
    bus->sum[1] = (bus->sum[1] + block_sum(b, b->y)) % FIELD_ORDER;
  }
}

static void end(void *of, void *my)
{
  struct found *all = of, *mine = my;
  for (uint32_t k = 0; k < check_bus_count; k++) {
    all->buses[k].messages += mine->buses[k].messages;
    for (uint32_t s = 0; s < 2; s++) all->buses[k].sum[s] = (all->buses[k].sum[s] + mine->buses[k].sum[s]) % FIELD_ORDER;
  }
  for (uint32_t k = 0; k < check_air_count; k++) {
    all->airs[k].wrong += mine->airs[k].wrong;
    all->airs[k].broken += mine->airs[k].broken;
    for (uint64_t row = 0; row < mine->airs[k].listed; row++) list_row(&all->airs[k], mine->airs[k].rows[row]);
  }
  free(mine);
}

static void tell(const struct found *all, uint64_t *result)
{
  *result = 0;
  for (uint32_t k = 0; k < check_bus_count; k++) {
    *result += all->buses[k].messages;
    result[1 + k] = all->buses[k].sum[0] != 0 || all->buses[k].sum[1] != 0;
  }
  memcpy(result + 1 + check_bus_count, all->airs, check_air_count * sizeof *all->airs);
}

__attribute__((visibility("default"))) int32_t rvr_check(CHECK_PARAMETERS, uint64_t *result)
{
  struct check_job job;
  struct found *all = begin(0);
  int error = check_job_create(&job, cells, words, tables, publics, seed, threads, cancel, progress);
  if (all == 0) error = CHECK_NO_MEMORY;
  if (error == 0) {
    struct check_run run = {
      .tables = job.tables, .publics = publics, .messages = job.messages, .threads = threads, .cancel = cancel, .progress = progress,
      .look = look, .begin = begin, .end = end, .of = all,
    };
    error = check_run(&run);
  }
  if (error == 0) tell(all, result);
  free(all);
  check_job_destroy(&job);
  return error;
}
