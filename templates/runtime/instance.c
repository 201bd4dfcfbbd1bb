/* A guest instance: the mode's area, its dispatch table, state block and guest memory in one mapping, with guards around the memory. */
static const uint64_t below = RVR_AREA_BYTES + TABLE_BELOW, whole = RVR_AREA_BYTES + TABLE_BELOW + RVR_MEMORY_BYTES + RVR_GUARD_BYTES;

/* Returns the address of guest memory, zero-filled, or NULL when the host has no room. */
__attribute__((visibility("default"))) char *rvr_create(void)
{
  char *base = mmap(0, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return 0;
  char *m = base + below;
  if (mprotect(base, below - RVR_GUARD_BYTES, PROT_READ | PROT_WRITE) != 0 || mprotect(m, RVR_MEMORY_BYTES, PROT_READ | PROT_WRITE) != 0) {
    munmap(base, whole);
    return 0;
  }
  for (uint32_t slot = 0; slot < RVR_SLOTS; slot++) table(ORIGIN)[slot] = not_an_entry;
  for (uint32_t i = 0; i < entry_count; i++) table(ORIGIN)[entry_slots[i]] = entry_functions[i];
  state(ORIGIN)->filler = (uint64_t)(uintptr_t)not_an_entry;
  state(ORIGIN)->floor = RVR_FLOOR;
  return m;
}

/* The least budget with which native code gets anywhere. */
__attribute__((visibility("default"))) int64_t rvr_floor(void) { return RVR_FLOOR; }

/* Gives the instance's pages back but keeps its addresses readable (as zeros) for views that still point at them. */
__attribute__((visibility("default"))) void rvr_retire(char *m)
{
  mmap(m - below, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

__attribute__((visibility("default"))) void rvr_destroy(char *m)
{
  munmap(m - below, whole);
}

/* Runs from state(ORIGIN)->pc until a budget is nearly used up or the interpreter has to take over; returns the reason. */
__attribute__((visibility("default"))) uint32_t rvr_run(char *m)
{
  uint64_t slot = (state(ORIGIN)->pc - RVR_BASE) >> SLOT_SHIFT;
  if (((state(ORIGIN)->pc - RVR_BASE) & SLOT_MASK) != 0 || slot >= RVR_SLOTS) return state(ORIGIN)->reason = RVR_STEP;
  enter(ORIGIN, table(ORIGIN)[slot]);
  return state(ORIGIN)->reason;
}
