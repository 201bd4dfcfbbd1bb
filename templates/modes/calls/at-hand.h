/* Those of a native interpreter, which knows no function where it is written. */

/* How far into its function an instruction lies, in slots: more than that has where it lies in another one. */
static inline uint64_t slot_in(char *m, uint64_t context, uint64_t pc) { return (pc - context_at(m, context)->start) >> SLOT_SHIFT; }
static inline int64_t *count_at(char *m, uint64_t context, uint64_t pc) { return counts(m, context) + slot_in(m, context, pc); }

/* The instruction at pc comes next: another function may have begun. */
ALWAYS_INLINE uint64_t arrive_at(char *m, uint64_t context, uint64_t pc)
{
  if (__builtin_expect(slot_in(m, context, pc) < context_at(m, context)->slots, 1)) return context;
  return enter_child(m, context, function_of(m, (pc - code(m)->base) >> SLOT_SHIFT) | (uint32_t)KIND_TAIL << KIND_SHIFT, 0);
}

/* The instruction at pc calls. */
ALWAYS_INLINE uint64_t call_at(char *m, uint64_t context, uint64_t pc, uint64_t behind, uint32_t function, uint32_t sp)
{
  uint32_t slots = context_at(m, context)->slots;
  uint64_t slot = slot_in(m, context, pc), cache = sizeof(struct rvr_context) + (uint64_t)slots * 8 + slot * 4;
  return call_computed(m, context, function, cache, (uint32_t)behind | (slot_in(m, context, behind) >= slots), sp);
}
