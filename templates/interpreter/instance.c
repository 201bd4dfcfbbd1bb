/* `m` is where address 0 of the guest would lie: RVR_ORIGIN bytes in front of its memory, whose address the host has. */
/* A guest instance: decoded code, the mode's area, state block and guest memory in one mapping, with guards around the memory. */
enum { PAGE = 4096 };

static uint64_t in_pages(uint64_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }
static char *start_of(char *m) { return (char *)code(m)->first; }
static uint64_t whole(uint64_t below) { return below + RVR_ORIGIN + RVR_STATE_BELOW + RVR_MEMORY_BYTES + RVR_GUARD_BYTES; }
static uint64_t below_of(char *m) { return code(m)->code_bytes + code(m)->area_bytes; }

/* Returns the address of guest memory, zero-filled, or NULL when the host has no room. No code is there before it is decoded. */
__attribute__((visibility("default"))) char *rvr_create_MODE(uint64_t base, uint64_t slots, uint64_t area_bytes, uint64_t direct_base, uint64_t direct_bytes)
{
  /* What control runs into behind the last slot is the host's. */
  uint64_t code_bytes = in_pages((slots + 1) * sizeof(struct insn)), below = code_bytes + area_bytes;
  char *start = mmap(0, whole(below), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return 0;
  char *m = start + below + RVR_STATE_BELOW;
  if (mprotect(start, below + RVR_ORIGIN + RVR_STATE_BELOW - RVR_GUARD_BYTES, PROT_READ | PROT_WRITE) != 0 || mprotect(m + RVR_ORIGIN, RVR_MEMORY_BYTES, PROT_READ | PROT_WRITE) != 0) {
    munmap(start, whole(below));
    return 0;
  }
  *code(m) = (struct rvr_code){ .first = (struct insn *)start, .base = base, .slots = slots, .code_bytes = code_bytes, .area_bytes = area_bytes, .direct_base = direct_base, .direct_bytes = direct_bytes };
  state(m)->floor = RVR_FLOOR;
  return m + RVR_ORIGIN;
}

__attribute__((visibility("default"))) int64_t rvr_floor_MODE(void) { return RVR_FLOOR; }

/* Has the guest's code been decoded? */
__attribute__((visibility("default"))) uint32_t rvr_is_decoded_MODE(char *memory) { return code(memory - RVR_ORIGIN)->is_decoded != 0; }

static int32_t from_step(op *handler) { return (int32_t)((char *)handler - (char *)&step_MODE); }

/* Decodes the word of every slot; one of 16 bits stands as what it is short for, with 1 in its two lowest bits. `starts`: a bit for each where a straight line begins whatever comes before it, or NULL. */
__attribute__((visibility("default"))) void rvr_decode_MODE(char *memory, const uint32_t *words, const uint8_t *starts)
{
  struct rvr_code *c = code(memory - RVR_ORIGIN);
  for (uint64_t slot = c->slots; slot-- != 0;) {
    struct insn *at = c->first + slot;
    uint32_t w = words[slot], size = SLOT_BYTES == 4 || (w & 3) != 3 ? 1 : 2;
    if (SLOT_BYTES == 2 && (w & 3) == 1) w |= 3;
    const struct row *r = row_of(w);
    int64_t imm = r == 0 ? 0 : immediate_of(w, r->format);
    int ends = r == 0 || (r->flags & ENDS_LINE);
    if (r != 0 && (r->flags & LEADS)) {
      int64_t to = (int64_t)slot + imm / SLOT_BYTES;
      if ((imm & (SLOT_BYTES - 1)) != 0 || to < 0 || to >= (int64_t)c->slots) r = 0;
      imm /= SLOT_BYTES;
    }
    uint64_t next = slot + size;
    int is_last = next >= c->slots || (starts != 0 && ((starts[next >> 3] >> (next & 7)) & 1));
    uint16_t rest = is_last ? 0 : c->first[next].rest;
    rest = ends || rest == 0 || rest >= LONGEST_LINE ? 1 : rest + 1;
    at->rd = (w >> 7) & 31;
    at->rs1 = (w >> 15) & 31;
    at->rs2 = (w >> 20) & 31;
    at->imm = (int32_t)imm;
    at->rest = rest;
    at->slots = (uint8_t)size;
    at->operation = r == 0 ? 0 : at->rd == 0 ? r->operation_x0 : r->operation;
    at->handler = from_step(handlers_MODE[at->operation]);
    /* What follows here without a transfer begins a line of its own. */
    if (rest == 1 && !ends && next < c->slots) c->first[next].handler = from_step(arrive_MODE);
  }
  c->is_decoded = 1;
}

/* Gives the instance's pages back but keeps its addresses readable (as zeros) for views that still point at them. */
__attribute__((visibility("default"))) void rvr_retire_MODE(char *memory)
{
  char *m = memory - RVR_ORIGIN;
  struct rvr_code kept = *code(m);
  mmap(start_of(m), whole(below_of(m)), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  *code(m) = kept;
}

__attribute__((visibility("default"))) void rvr_destroy_MODE(char *memory)
{
  char *m = memory - RVR_ORIGIN;
  munmap(start_of(m), whole(below_of(m)));
}

/* Runs from state(m)->pc until a budget is nearly used up or the host has to take over; returns the reason. */
__attribute__((visibility("default"))) uint32_t rvr_run_MODE(char *memory)
{
  char *m = memory - RVR_ORIGIN;
  struct rvr_state *s = state(m);
  struct rvr_code *c = code(m);
  uint64_t slot = (s->pc - c->base) >> SLOT_SHIFT;
  if (((s->pc - c->base) & (SLOT_BYTES - 1)) != 0 || slot >= c->slots) return s->reason = RVR_STEP;
  enter(m, c->first + slot);
  return s->reason;
}
