/* A guest's code, decoded for replay. */
#include <stdlib.h>
#include "blocks.h"

/* DECODE */
static struct insn decoded(uint32_t pc, uint32_t w)
{
  const struct row *r = row_of(w);
  struct insn at = { .pc = pc, .operation = OP_END, .rd = (w >> 7) & 31, .rs1 = (w >> 15) & 31, .rs2 = (w >> 20) & 31 };
  if (r == 0) return at;
  at.imm = immediate_of(w, r->format);
  at.operation = at.rd == 0 ? r->operation_x0 : r->operation;
  return at;
}

/* The first instructions of blocks are marked. */
static void mark_blocks(struct rvr_code *code)
{
  for (uint32_t k = 0; k < BLOCK_CHIPS; k++) {
    uint64_t start = block_chips[k].start, end = start + 4 * block_chips[k].instructions;
    code->first_operations[k] = OP_END;
    for (uint64_t j = 0; j < code->count; j++) {
      const struct range *range = &code->ranges[j];
      if (start < range->base || end > range->written) continue;
      struct insn *first = range->first + ((start - range->base) >> 2);
      code->first_operations[k] = first->operation;
      first->operation = OP_BLOCK;
      first->block = (uint16_t)k;
    }
  }
}

/* `ranges`: for each base, first address behind the words of the file, first address behind all; ascending. `words`: those of all ranges.
   NULL where there is no memory for it. */
EXPORT struct rvr_code *rvr_trace_decode(const uint64_t *ranges, uint32_t count, const uint32_t *words)
{
  uint64_t slots = 0;
  for (uint32_t k = 0; k < count; k++) slots += (ranges[3 * k + 1] - ranges[3 * k]) / 4 + 1;
  struct rvr_code *code = malloc(sizeof *code + count * sizeof(struct range));
  struct insn *at = malloc((slots + 1) * sizeof *at);
  uint16_t *operations = malloc((BLOCK_CHIPS + 1) * sizeof *operations);
  if (code == 0 || at == 0 || operations == 0) { free(code); free(at); free(operations); return 0; }
  code->slots = slots;
  code->count = count;
  code->insns = at;
  code->first_operations = operations;
  for (uint32_t k = 0; k < count; k++) {
    struct range *range = &code->ranges[k];
    *range = (struct range){ ranges[3 * k], ranges[3 * k + 1], ranges[3 * k + 2], at };
    for (uint64_t pc = range->base; pc < range->written; pc += 4) *at++ = decoded((uint32_t)pc, *words++);
    *at++ = (struct insn){ .pc = (uint32_t)range->written, .operation = range->written < range->end ? OP_END : OP_OUTSIDE };
  }
  mark_blocks(code);
  return code;
}

EXPORT void rvr_trace_forget(struct rvr_code *code)
{
  free(code->insns);
  free(code->first_operations);
  free(code);
}

struct insn *insn_elsewhere(struct replay *r, uint64_t pc)
{
  const struct rvr_code *code = r->code;
  for (uint64_t k = 0; k < code->count; k++) {
    const struct range *range = &code->ranges[k];
    if ((pc & 3) != 0 || pc < range->base || pc >= range->end) continue;
    r->range = range;
    if (pc < range->written) return range->first + ((pc - range->base) >> 2);
    r->beyond = (struct insn){ .pc = (uint32_t)pc, .operation = OP_END };
    return &r->beyond;
  }
  return 0;
}
