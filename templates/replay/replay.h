/* Replay of recorded instructions: what handlers, workers and the host share. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* One decoded instruction. `block`: of the first one of a block that has a row of its own (blocks.h), the block's number. */
struct insn { uint32_t pc; int32_t imm; uint16_t operation; uint8_t rd, rs1, rs2; uint16_t block; };

/* Instructions at `base`, `base + 4`, ... below `written`; words up to `end` are no instructions. Behind the last one stands what
   control runs into there. */
struct range { uint64_t base, written, end; struct insn *first; };
struct rvr_code {
  uint64_t slots, count;
  struct insn *insns;
  /* Of each block: the operation of its first instruction, and whether the guest has the block. */
  uint16_t *first_operations;
  struct range ranges[];
};

/* A block of an address space other than the registers, as a fragment sees it: its content, and 2 * time of the last access + whether
   it was written. What an earlier fragment left is older than the fragment's start. */
struct block { reg content; uint32_t time; };

/* A block that a fragment accesses for the first time: the row that did and which of its accesses, as if nobody had accessed the block
   before; then what became of the block. Shared with src/trace/native. */
struct touch { uint32_t space, block, kind, time; uint64_t row, old, now; uint32_t last, written; };

/* Why replay ends early; src/trace/native/failures.ts has their texts. */
enum { FINE, REFUSED, TAPE_SHORT, OUTSIDE, JUMP_OUTSIDE, RECORD, CONTENT, ROWS_MANY, NOT_THERE, TIME, ENDS_EARLY, DIFFERS, HEIGHT, NO_MEMORY, CANCELLED, UNFIT };
enum { MOST_ROWS = 1 << 24, MOST_TIME = (1 << 29) - 1 };

/* Where rows of an AIR are written; `base` is the number of the first one in the matrix. Without rows they are counted. */
struct rows { uint32_t *next, *end, *first; uint64_t base, counted; };

struct replay {
  reg x[32];
  /* Of each register: as `time` of a block; 0 where the fragment has not accessed it. */
  uint32_t times[32];
  const struct rvr_code *code;
  const struct range *range;
  const reg *tape_end;
  struct block *blocks;
  uint32_t since;
  /* Is the last instruction of this stretch the last of all? */
  uint32_t may_end;
  uint32_t *histogram, *executed;
  struct touch *touches;
  uint64_t touched, room;
  uint32_t lost_touch;
  /* The block that is being replayed, and the number of its row; what its instructions would have of their own goes to waste. */
  const struct block_chip *block;
  uint64_t block_row;
  uint32_t *scratch, *wasted_histogram, *wasted_executed;
  /* Instructions that a stretch has done. */
  uint64_t done;
  /* Where it stands when handlers hand back. */
  uint32_t why, ts;
  struct insn *at;
  const reg *tape;
  int64_t left;
  /* A word behind the code that the file holds. */
  struct insn beyond;
  /* For each AIR. */
  struct rows rows[];
};

typedef CONVENTION void op(struct replay *r, struct insn *at, const reg *tape, uint32_t ts, int64_t left);

#pragma GCC visibility push(hidden)
extern op *const cut_handlers[], *const fill_handlers[];
/* Columns of each AIR, its first kind of access, the AIR of each kind, what says in a row of that kind when a block was accessed before, and
   what mends all that follows from it: 0 where no table has what it asks for. */
extern const uint32_t widths[], first_kinds[], kind_airs[];
typedef void times(uint32_t *row, uint32_t time, uint32_t last);
typedef int mender(uint32_t *row, uint32_t *histogram, uint32_t time, uint32_t last);
extern times *const timed[];
extern mender *const menders[];
struct insn *insn_elsewhere(struct replay *r, uint64_t pc);
COLD void first_touch(struct replay *r, const uint32_t *row, uint32_t kind, uint32_t space, uint64_t block, uint64_t old, uint32_t time);
#pragma GCC visibility pop

/* The instruction at an address; NULL where there is none. */
static inline struct insn *insn_at(struct replay *r, uint64_t pc)
{
  const struct range *range = r->range;
  uint64_t offset = pc - range->base;
  if (__builtin_expect((offset & 3) == 0 && offset < range->written - range->base, 1)) return range->first + (offset >> 2);
  return insn_elsewhere(r, pc);
}

#define HAND_BACK do { r->at = at; r->tape = tape; r->ts = ts; r->left = left; return; } while (0)
#define FAIL(reason) do { r->why = reason; HAND_BACK; } while (0)
#define NEXT(to) do { at = (to); if (__builtin_expect(--left == 0, 0)) HAND_BACK; TAIL HANDLERS[at->operation](r, at, tape, ts, left); } while (0)
#define COUNT do { r->executed[at - r->code->insns]++; } while (0)
