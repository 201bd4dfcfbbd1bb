/* Trees of a proof: their memory, their rows, their hashes. */
#include <stdlib.h>
#include <sys/mman.h>
#include "lde.h"
#include "prover.h"
#include "tree.h"

void *memory_take(uint64_t bytes)
{
  void *at = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return 0;
#ifdef MADV_HUGEPAGE
  madvise(at, bytes, MADV_HUGEPAGE);
#endif
  return at;
}

void memory_give(void *at, uint64_t bytes) { munmap(at, bytes); }

void committed_lay_out(struct committed *tree, const uint32_t widths[STARK_LOG_DOMAINS], uint32_t blowup, struct arena *arena)
{
  tree->groups = tree->log_height = 0;
  for (uint32_t log = STARK_LOG_DOMAINS; log-- > blowup;) {
    if (widths[log] == 0) continue;
    if (tree->groups == 0) tree->log_height = log;
    struct group *group = &tree->group[tree->groups++];
    *group = (struct group){ .log_n = log - blowup, .width = widths[log], .stride = widths[log] };
    if (group->stride > 16) group->stride = group_room(group);
    group->rows = arena_take(arena, sizeof(uint32_t) * ((group->stride << log) + ROWS_MARGIN));
  }
  tree->digests = arena_take(arena, tree_bytes(tree->log_height));
}

const struct group *committed_group(const struct committed *tree, uint32_t log_n)
{
  for (uint32_t g = 0; g < tree->groups; g++)
    if (tree->group[g].log_n == log_n) return &tree->group[g];
  return 0;
}

static uint64_t hash_steps(const struct committed *tree, uint32_t blowup)
{
  uint64_t steps = UINT64_C(1) << tree->log_height;
  for (uint32_t g = 0; g < tree->groups; g++)
    steps += (stark_blocks(tree->group[g].width) + (g > 0)) << (tree->group[g].log_n + blowup);
  return steps;
}

uint64_t committed_steps(const struct committed *tree, uint32_t blowup)
{
  uint64_t steps = hash_steps(tree, blowup);
  for (uint32_t g = 0; g < tree->groups; g++) steps += (uint64_t)stark_blocks(tree->group[g].width) << (tree->group[g].log_n + blowup);
  return steps;
}

static void groups_of(struct stark_group groups[MOST_GROUPS], const struct committed *tree, uint32_t blowup)
{
  for (uint32_t g = 0; g < tree->groups; g++)
    groups[g] = (struct stark_group){ tree->group[g].rows, tree->group[g].stride, tree->group[g].log_n + blowup };
}

int committed_hash(struct stark_work *work, struct committed *tree, uint32_t blowup)
{
  struct stark_group groups[MOST_GROUPS];
  groups_of(groups, tree, blowup);
  return stark_tree(work, tree->digests, groups, tree->groups);
}

uint8_t *committed_path(const struct stark_work *work, uint8_t *to, const struct committed *tree, uint32_t blowup, uint64_t leaf)
{
  struct stark_group groups[MOST_GROUPS];
  groups_of(groups, tree, blowup);
  return stark_path(work, to, tree->digests, groups, tree->groups, leaf);
}

int committed_make(struct stark_work *work, struct committed *tree, uint32_t blowup)
{
  for (uint32_t g = 0; g < tree->groups; g++) {
    const struct group *group = &tree->group[g];
    const int answer = stark_lde(work, group->rows, group->stride, group->width, group->log_n, blowup);
    if (answer != STARK_DONE) return answer;
  }
  return committed_hash(work, tree, blowup);
}

struct copy {
  const struct part *part;
  const struct stark_table *table;
};

static void copy_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct copy *copy = of;
  const struct part *part = copy->part;
  const struct stark_table *table = copy->table;
  const uint64_t first = piece * PIECE;
  const uint32_t width = part->width - table->derived_count;
  (void)thread;
  for (uint64_t row = first; row < first + rows_of_piece(table->log_height); row++) {
    const uint32_t *from = table->cells + row * table->stride;
    uint32_t *to = part->group->rows + row * part->group->stride + part->offset;
    if (table->columns == 0) for (uint32_t k = 0; k < width; k++) to[k] = from[k];
    else for (uint32_t k = 0; k < width; k++) to[k] = from[table->columns[k]];
  }
}

int table_copy(struct stark_work *work, const struct part *part, const struct stark_table *table)
{
  struct copy copy = { part, table };
  return stark_each(work, pieces_of(table->log_height), copy_piece, &copy) ? STARK_DONE : STARK_CANCELLED;
}
