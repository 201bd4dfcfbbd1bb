/* Calling contexts as the regions see them: `context` is the place of the current one. */
#include "calls-area.h"

static inline char *area(char *m) { return m - RVR_TABLE_BELOW - RVR_AREA_BYTES; }
static inline struct rvr_calls *calls(char *m) { return (struct rvr_calls *)area(m); }
static inline struct rvr_context *context_at(char *m, uint64_t place) { return (struct rvr_context *)(area(m) + place * CALLS_UNIT); }
static inline int64_t *counts(char *m, uint64_t context) { return (int64_t *)(context_at(m, context) + 1); }
/* What the context remembers of the transfer of one of its slots: `cache` is how far from its start. */
static inline uint32_t *cached(char *m, uint64_t context, uint64_t cache) { return (uint32_t *)(area(m) + context * CALLS_UNIT + cache); }
/* Index of the function of a slot. */
static inline uint32_t function_of(char *m, uint64_t slot) { return ((uint32_t *)(area(m) + CALLS_FUNCTION_OF))[slot]; }

void rvr_enter_child(char *m, uint64_t key, uint64_t cache);
void rvr_search(char *m, uint64_t target, uint64_t sp);
void rvr_begin_step(char *m, uint64_t step, uint64_t unused);
void rvr_forget(char *m, uint64_t unused, uint64_t unused_too);

/*
 * The calls stand on cold paths of functions whose arguments fill the host's registers. On x86-64 they go through gates (at the end of contexts.c) that
 * keep every register and hide from the compiler that they are calls. The first step over 128 bytes leaves the red zone alone.
 */
#ifdef __x86_64__
#define SLOWLY(name, a, b) __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %0\n\tpush %1\n\tpush %2\n\tcall " #name "_gate\n\tlea 152(%%rsp), %%rsp" : : "r"(m), "re"((uint64_t)(a)), "re"((uint64_t)(b)) : "memory", "cc")
#else
#define SLOWLY(name, a, b) name(m, a, b)
#endif
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The child that `key` leads to; it counts as entered. */
ALWAYS_INLINE uint64_t enter_child(char *m, uint64_t context, uint32_t key, uint64_t cache)
{
  calls(m)->current = (uint32_t)context;
  SLOWLY(rvr_enter_child, key, cache);
  return calls(m)->current;
}

/* `ret` is the address behind the call; odd where that is in another function. */
ALWAYS_INLINE void push(char *m, uint64_t context, uint32_t ret, uint32_t sp)
{
  uint64_t top = calls(m)->top;
  if (__builtin_expect(top == CALLS_LAST_FRAME, 0)) {
    SLOWLY(rvr_forget, 0, 0);
    top = calls(m)->top;
  }
  struct rvr_frame *frame = (struct rvr_frame *)(area(m) + top + CALLS_FRAME);
  frame->context = (uint32_t)context;
  frame->ret = ret;
  frame->sp = sp;
  calls(m)->top = (uint32_t)(top + CALLS_FRAME);
}

/* A call that always goes to the same function. */
ALWAYS_INLINE uint64_t call_known(char *m, uint64_t context, uint32_t function, uint64_t cache, uint32_t ret, uint32_t sp)
{
  push(m, context, ret, sp);
  uint64_t child = *cached(m, context, cache);
  if (__builtin_expect(child == 0, 0)) return enter_child(m, context, function, cache);
  context_at(m, child)->calls++;
  return child;
}

/*
 * A function's call of itself: `next` units on lies what was the next context to be made. Where the child is that one, as in most deep recursion, the
 * processor goes on with it by prediction, without waiting for the cache of one level after the other to be loaded.
 */
ALWAYS_INLINE uint64_t call_itself(char *m, uint64_t context, uint32_t function, uint64_t cache, uint64_t next, uint32_t ret, uint32_t sp)
{
  push(m, context, ret, sp);
  uint64_t child = *cached(m, context, cache), guess = context + next, same = guess;
  // The compiler must not know that they are the same, or it would take the loaded one.
  __asm__("" : "+r"(same));
  if (child == guess) {
    context_at(m, same)->calls++;
    return same;
  }
  if (__builtin_expect(child == 0, 0)) return enter_child(m, context, function, cache);
  context_at(m, child)->calls++;
  return child;
}

/* A call that may go to another one the next time. */
ALWAYS_INLINE uint64_t call_computed(char *m, uint64_t context, uint32_t function, uint64_t cache, uint32_t ret, uint32_t sp)
{
  push(m, context, ret, sp);
  uint64_t child = *cached(m, context, cache);
  if (__builtin_expect(child == 0 || context_at(m, child)->function != function, 0)) return enter_child(m, context, function, cache);
  context_at(m, child)->calls++;
  return child;
}

/* A call that nothing is remembered of. */
ALWAYS_INLINE uint64_t call_anew(char *m, uint64_t context, uint32_t function, uint32_t ret, uint32_t sp)
{
  push(m, context, ret, sp);
  return enter_child(m, context, function, 0);
}

/* A return. */
ALWAYS_INLINE uint64_t return_to(char *m, uint64_t context, uint32_t target, uint32_t sp)
{
  uint64_t top = calls(m)->top;
  struct rvr_frame *frame = (struct rvr_frame *)(area(m) + top);
  if (__builtin_expect(frame->ret == target, 1)) {
    calls(m)->top = (uint32_t)(top - CALLS_FRAME);
    return frame->context;
  }
  calls(m)->current = (uint32_t)context;
  SLOWLY(rvr_search, target, sp);
  return calls(m)->current;
}

/* Control goes into another function in another way: to a child, or back up to where a jump came from. */
ALWAYS_INLINE uint64_t jump_into(char *m, uint64_t context, uint32_t function, uint64_t cache)
{
  uint32_t next = *cached(m, context, cache);
  uint64_t place = next & ~CALLS_BACK;
  if (__builtin_expect(next == 0 || context_at(m, place)->function != function, 0)) return enter_child(m, context, function | (uint32_t)KIND_TAIL << KIND_SHIFT, cache);
  context_at(m, place)->calls += next < CALLS_BACK;
  return place;
}

ALWAYS_INLINE uint64_t begin_step(char *m, uint64_t context, int32_t step)
{
  if (calls(m)->step == step) return context;
  calls(m)->current = (uint32_t)context;
  SLOWLY(rvr_begin_step, step, 0);
  return calls(m)->current;
}
