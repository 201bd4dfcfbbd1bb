/* Trees of columns that are the same in many proofs. */
#include "prover.h"

static void lay_out(struct stark_fixed *fixed, const struct stark_table *tables, struct arena *arena)
{
  uint32_t widths[STARK_LOG_DOMAINS] = { 0 };
  for (uint32_t k = 0; k < fixed->tables; k++) widths[tables[k].log_height + fixed->blowup] += tables[k].width;
  committed_lay_out(&fixed->tree, widths, fixed->blowup, arena);
  for (uint32_t k = 0; k < fixed->tables; k++) {
    const uint64_t words = (uint64_t)tables[k].width << tables[k].log_height;
    uint32_t *cells = arena_take(arena, words * sizeof(uint32_t));
    if (arena->base != 0) fixed->table[k].cells = cells;
  }
}

static uint64_t header_bytes(uint32_t count) { return sizeof(struct stark_fixed) + count * sizeof(struct fixed_table); }

uint64_t stark_fixed_needs(uint32_t blowup, const struct stark_table *tables, uint32_t count)
{
  struct stark_fixed fixed = { .blowup = blowup, .tables = count };
  struct arena arena = { 0 };
  arena_take(&arena, header_bytes(count));
  lay_out(&fixed, tables, &arena);
  return arena.used;
}

static void keep_cells(const struct fixed_table *to, const struct stark_table *table)
{
  uint32_t *cell = to->cells;
  for (uint64_t row = 0; row < UINT64_C(1) << table->log_height; row++) {
    const uint32_t *from = table->cells + row * table->stride;
    for (uint32_t k = 0; k < table->width; k++) *cell++ = from[table->columns == 0 ? k : table->columns[k]];
  }
}

static int is_possible(uint32_t blowup, const struct stark_table *tables, uint32_t count)
{
  if (blowup < 1 || blowup > 3 || count == 0 || count > STARK_MOST_AIRS) return 0;
  for (uint32_t k = 0; k < count; k++)
    if (tables[k].log_height > STARK_MOST_LOG_HEIGHT || tables[k].width == 0) return 0;
  return 1;
}

int stark_fixed_create(struct stark_fixed **out, struct stark_work *work, uint32_t blowup, const struct stark_table *tables, uint32_t count, uint64_t limit)
{
  if (!is_possible(blowup, tables, count)) return STARK_REFUSED;
  const uint64_t bytes = stark_fixed_needs(blowup, tables, count);
  if (bytes > limit) return STARK_ABOVE_LIMIT;
  struct arena arena = { .base = memory_take(bytes) };
  if (arena.base == 0) return STARK_NO_MEMORY;
  struct stark_fixed *fixed = arena_take(&arena, header_bytes(count));
  fixed->blowup = blowup;
  fixed->tables = count;
  fixed->bytes = bytes;
  lay_out(fixed, tables, &arena);
  stark_begin_stage(work, STAGE_COMMIT_FIXED, committed_steps(&fixed->tree, blowup));
  uint32_t offset[STARK_LOG_DOMAINS] = { 0 };
  int answer = STARK_DONE;
  for (uint32_t k = 0; k < count && answer == STARK_DONE; k++) {
    struct fixed_table *table = &fixed->table[k];
    const uint32_t log_n = table->log_height = tables[k].log_height;
    table->part = (struct part){ .group = committed_group(&fixed->tree, log_n), .offset = offset[log_n], .width = tables[k].width };
    offset[log_n] += tables[k].width;
    keep_cells(table, &tables[k]);
    answer = table_copy(work, &table->part, &tables[k]);
  }
  if (answer == STARK_DONE) answer = committed_make(work, &fixed->tree, blowup);
  if (answer == STARK_DONE) *out = fixed;
  else stark_fixed_free(fixed);
  return answer;
}

const uint8_t *stark_fixed_root(const struct stark_fixed *fixed) { return committed_root(&fixed->tree); }

void stark_fixed_free(struct stark_fixed *fixed) { memory_give(fixed, fixed->bytes); }
