/* Work in pieces on several threads: each takes the next one until none is left or one before it has failed. */
#pragma once
#include "blocks.h"

enum { CHUNK = 1 << 16 };

/* Instructions retired, pc, x0 to x31. */
struct checkpoint { uint64_t instret, pc, x[32]; };

/* A part of the segment between two checkpoints; shared with src/trace/native. */
struct fragment {
  struct checkpoint from, to;
  uint64_t ts, ts_after;
  const reg *tape;
  uint64_t words;
  uint64_t rows[AIRS], first_row[AIRS];
};

/* What failed first, in the segment's order; shared with src/trace/native. */
struct failure { uint64_t why, part, pc, instret, tape, what, x[32]; };

/* Which of the state differs: a register's number, or one of these. */
enum { WHAT_PC = 32, WHAT_TAPE, WHAT_ROWS, WHAT_TS };

struct work {
  uint64_t parts, next;
  uint32_t lock;
  const uint32_t *cancel;
  uint64_t *progress;
  struct failure *failure;
  /* Does a part; false where it failed, with the failure in `f`. */
  int (*perform)(struct work *w, void *own, uint64_t part, struct failure *f);
  /* What a thread needs for itself; NULL where there is no memory for it: others do its work. */
  void *(*prepare)(struct work *w);
  void (*finish)(struct work *w, void *own);
};

/* What replay does with instructions, and with the instructions of a block that has a row of its own. */
struct replaying {
  op *const *handlers;
  /* Does all of them, the first by `first`; `left` is what it has left of them. */
  void (*block)(struct replay *r, const struct block_chip *chip, op *first);
};

#pragma GCC visibility push(hidden)
void work_through(struct work *w, uint32_t threads);
struct replay *new_replay(void);
int replay_stretch(struct work *w, struct replay *r, const struct replaying *how, uint64_t instructions, uint64_t beyond, int may_end);
void begin_at(struct replay *r, const struct rvr_code *code, const struct checkpoint *from);
uint64_t what_differs(const struct replay *r, const struct checkpoint *to);
int failed(struct failure *f, const struct replay *r, uint64_t part, uint64_t instret, uint64_t tape);
#pragma GCC visibility pop
