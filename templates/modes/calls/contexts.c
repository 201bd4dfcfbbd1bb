/* What happens seldom in mode calls: contexts that are new, returns that are no call's, steps. The host has the same rules (src/modes/calls). */
#include "guest.h"
/* BOUNDARIES */

/* Vector registers stay as they are across these functions, so compilers must not make calls of loops that set or copy memory, either. */
#ifdef __x86_64__
#define COLD __attribute__((target("general-regs-only")))
#else
#define COLD
#endif
#define AS_WRITTEN __asm__ volatile("" ::: "memory")

static inline COLD struct rvr_context *at(struct rvr_calls *t, uint32_t place) { return (struct rvr_context *)((char *)t + (uint64_t)place * CALLS_UNIT); }
static inline COLD struct rvr_entry *table_of(struct rvr_calls *t) { return (struct rvr_entry *)((char *)t + CALLS_TABLE); }
static inline COLD struct rvr_frame *frame_at(struct rvr_calls *t, uint32_t top) { return (struct rvr_frame *)((char *)t + top); }
static inline COLD struct rvr_function *functions_of(struct rvr_calls *t) { return (struct rvr_function *)at(t, t->functions); }

/* Units that a context takes. */
static inline COLD uint32_t size_of(uint32_t slots) { return (uint32_t)((sizeof(struct rvr_context) + (uint64_t)slots * 12 + CALLS_UNIT - 1) / CALLS_UNIT); }
static inline COLD uint32_t key_of_step(int32_t step) { return ((uint32_t)step & 0xfff) | (uint32_t)KIND_STEP << KIND_SHIFT; }

/* The entry, or the free one where it belongs. */
static COLD struct rvr_entry *find(struct rvr_calls *t, uint32_t from, uint32_t key)
{
  uint32_t h = (from ^ key * 0x9e3779b1u) * 0x85ebca6bu;
  for (uint32_t i = (h ^ h >> 15) & t->mask;; i = (i + 1) & t->mask) {
    struct rvr_entry *entry = table_of(t) + i;
    if (entry->context == 0 || (entry->from == from && entry->key == key)) return entry;
  }
}

static COLD void insert(struct rvr_calls *t, uint32_t place)
{
  struct rvr_context *c = at(t, place);
  uint32_t from = c->path == place ? c->parent : c->path;
  uint32_t key = c->path == place ? c->function | c->kind << KIND_SHIFT : key_of_step(c->step);
  *find(t, from, key) = (struct rvr_entry){ from, key, place };
}

/* Makes sure that at least half of the table is free behind the next insertion. */
static COLD int has_entry(struct rvr_calls *t)
{
  if (((uint64_t)t->entries + 1) * 2 <= (uint64_t)t->mask + 1) return 1;
  if (t->mask + 1 == CALLS_MOST_ENTRIES) return 0;
  for (uint32_t i = 0; i <= t->mask; i++) {
    table_of(t)[i] = (struct rvr_entry){ 0, 0, 0 };
    AS_WRITTEN;
  }
  t->mask = 2 * t->mask + 1;
  for (uint32_t place = t->first; place < t->used; place += size_of(at(t, place)->slots)) insert(t, place);
  return 1;
}

/* A new context in the current step, of a new path where `model` says no path; below OTHER where there is no room. */
static COLD uint32_t make(struct rvr_calls *t, struct rvr_context model)
{
  struct rvr_function *f = functions_of(t) + model.function;
  uint64_t behind = (uint64_t)t->used + size_of(f->slots);
  if (!has_entry(t) || behind > t->limit) return f->other;
  uint32_t place = t->used;
  model.path = model.path == 0 ? place : model.path;
  model.step = t->step;
  model.start = f->start;
  model.slots = f->slots;
  *at(t, place) = model;
  t->used = (uint32_t)behind;
  t->entries++;
  insert(t, place);
  return place;
}

/* The path's context in the current step. Those below OTHER have no steps. */
static COLD uint32_t in_step(struct rvr_calls *t, uint32_t path)
{
  struct rvr_context *c = at(t, path);
  if (c->parent == PATH_OTHER || c->step == t->step) return path;
  uint32_t known = find(t, path, key_of_step(t->step))->context;
  if (known != 0) return known;
  return make(t, (struct rvr_context){ .path = path, .parent = c->parent, .function = c->function, .kind = c->kind, .depth = c->depth });
}

static COLD uint32_t below(struct rvr_calls *t, uint32_t parent, uint32_t depth, uint32_t key)
{
  uint32_t known = find(t, parent, key)->context;
  if (known != 0) return in_step(t, known);
  return make(t, (struct rvr_context){ .parent = parent, .function = key & ((1u << KIND_SHIFT) - 1), .kind = key >> KIND_SHIFT, .depth = depth });
}

/* Very deep paths fold: recursion goes on in the nearest path of the same function. */
static COLD uint32_t child_of(struct rvr_calls *t, uint32_t context, uint32_t key)
{
  struct rvr_context *c = at(t, context);
  uint32_t function = key & ((1u << KIND_SHIFT) - 1);
  if (c->parent == PATH_OTHER) return functions_of(t)[function].other;
  if (c->depth >= MOST_DEPTH)
    for (uint32_t path = c->path; path > PATH_OTHER; path = at(t, path)->parent)
      if (at(t, path)->function == function) return in_step(t, path);
  return below(t, c->path, c->depth + 1, key);
}

/* Where a jump into the function goes back up to, 0 where to none. */
static COLD uint32_t back_up(struct rvr_calls *t, uint32_t context, uint32_t function)
{
  for (uint32_t path = at(t, context)->path;; path = at(t, path)->parent) {
    struct rvr_context *c = at(t, path);
    if (c->function == function) return in_step(t, path);
    if (c->kind != KIND_TAIL) return 0;
  }
}

/* `cache` is 0 where nothing remembers it. */
COLD void rvr_enter_child(char *m, uint64_t long_key, uint64_t cache)
{
  struct rvr_calls *t = calls(m);
  uint32_t key = (uint32_t)long_key, from = t->current, back = CALLS_BACK;
  uint32_t to = key >> KIND_SHIFT == KIND_TAIL ? back_up(t, from, key & ((1u << KIND_SHIFT) - 1)) : 0;
  if (to == 0) {
    to = child_of(t, from, key);
    at(t, to)->calls++;
    back = 0;
  }
  if (cache != 0) *cached(m, from, cache) = to | back;
  t->current = to;
}

/* The innermost frame keeps to the quick way only while its context is of the current step. */
static COLD void look_at_top(struct rvr_calls *t)
{
  struct rvr_frame *frame = frame_at(t, t->top);
  if (t->top != CALLS_STACK && at(t, frame->context)->step != t->step) frame->ret |= 1;
}

/* A return that is not simply the innermost call's. */
COLD void rvr_search(char *m, uint64_t target, uint64_t sp)
{
  struct rvr_calls *t = calls(m);
  uint32_t function = function_of(m, (target - BASE) >> SLOT_SHIFT);
  uint32_t most = t->budget > 0 ? MOST_SEARCHED : FEW_SEARCHED, looked = 0, top = t->top;
  for (; top != CALLS_STACK && looked < most; top -= CALLS_FRAME, looked++) {
    struct rvr_frame *frame = frame_at(t, top);
    int is_open = frame->sp == (uint32_t)sp && at(t, frame->context)->function == function;
    if (!is_open && (frame->ret & ~1u) != (uint32_t)target) continue;
    t->current = in_step(t, at(t, frame->context)->path);
    t->top = top - CALLS_FRAME;
    t->skipped += looked;
    if (at(t, t->current)->function != function) rvr_enter_child(m, function | (uint32_t)KIND_TAIL << KIND_SHIFT, 0);
    look_at_top(t);
    return;
  }
  if (looked > FEW_SEARCHED) t->budget--;
  if (at(t, t->current)->function == function) return;
  t->unmatched++;
  t->current = below(t, PATH_UNMATCHED, 1, function);
  at(t, t->current)->calls++;
}

COLD void rvr_begin_step(char *m, uint64_t step, uint64_t unused)
{
  struct rvr_calls *t = calls(m);
  (void)unused;
  t->step = (int32_t)step;
  t->current = in_step(t, at(t, t->current)->path);
  look_at_top(t);
}

/* The outer half of the open calls goes. */
COLD void rvr_forget(char *m, uint64_t unused, uint64_t unused_too)
{
  struct rvr_calls *t = calls(m);
  uint32_t count = (CALLS_LAST_FRAME - CALLS_STACK) / CALLS_FRAME, gone = count / 2;
  struct rvr_frame *first = frame_at(t, CALLS_STACK) + 1;
  (void)unused, (void)unused_too;
  for (uint32_t i = 0; i < count - gone; i++) {
    first[i] = first[i + gone];
    AS_WRITTEN;
  }
  t->top -= gone * CALLS_FRAME;
  t->forgotten += gone;
}

/* GATES */
