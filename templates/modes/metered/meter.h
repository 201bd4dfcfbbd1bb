/* Metering as the regions see it: row counts in vector arguments, a mark for each touched leaf, a check when the interval is used up. */
#include "meter-area.h"

static const uint64_t RVR_METER_BELOW = RVR_TABLE_BELOW + RVR_AREA_BYTES;
static const uint64_t RVR_SEEN_BELOW = RVR_TABLE_BELOW + RVR_AREA_BYTES - METER_SEEN_OFFSET;

static inline struct rvr_meter *meter(char *m) { return (struct rvr_meter *)(m - RVR_METER_BELOW); }
static inline const char *seen(char *m, uint64_t address) { return m + (address >> METER_LEAF_SHIFT) - RVR_SEEN_BELOW; }
static inline rows *lanes(char *m) { return (rows *)meter(m)->lanes; }

/* A check that needs no look at the limits; else `left` comes back as it was. A full one takes the row counts and leaves zeros. */
int64_t rvr_check(char *m, int64_t left);
int64_t rvr_check_fully(char *m, int64_t left, rows *counts);
void rvr_touch(char *m, uint64_t address, uint64_t width);
/* Accesses of one base register; `more` is 0 in the last. */
struct rvr_access { int16_t offset; uint8_t width, more; };
void rvr_touch_group(char *m, uint64_t base, const struct rvr_access *accesses);
void rvr_touch_all(char *m, uint64_t address, uint64_t times, uint64_t stride, uint64_t width);
void meter_leave(char *m);

/*
 * The calls stand on cold paths of functions whose arguments fill the host's registers. On x86-64 they go through gates (at the end of meter.c) that
 * keep every register, take their arguments from the stack and hide from the compiler that they are calls: a region stays a leaf function
 * without a frame, and no register is set aside. The first step over 128 bytes leaves the red zone alone.
 */
#ifdef __x86_64__
static inline void touch(char *m, uint64_t address, uint64_t width)
{
  __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %0\n\tpush %1\n\tpush %2\n\tcall rvr_touch_gate\n\tlea 152(%%rsp), %%rsp" : : "r"(m), "re"(address), "re"(width) : "memory", "cc");
}

static inline void touch_group(char *m, uint64_t base, const struct rvr_access *accesses)
{
  __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %0\n\tpush %1\n\tpush %2\n\tcall rvr_touch_group_gate\n\tlea 152(%%rsp), %%rsp" : : "r"(m), "re"(base), "r"(accesses) : "memory", "cc");
}

static inline void touch_all(char *m, uint64_t address, uint64_t times, uint64_t stride, uint64_t width)
{
  __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %0\n\tpush %1\n\tpush %2\n\tpush %3\n\tpush %4\n\tcall rvr_touch_all_gate\n\tlea 168(%%rsp), %%rsp" : : "r"(m), "re"(address), "re"(times), "re"(stride), "re"(width) : "memory", "cc");
}
#else
static inline void touch(char *m, uint64_t address, uint64_t width) { rvr_touch(m, address, width); }
static inline void touch_group(char *m, uint64_t base, const struct rvr_access *accesses) { rvr_touch_group(m, base, accesses); }
static inline void touch_all(char *m, uint64_t address, uint64_t times, uint64_t stride, uint64_t width) { rvr_touch_all(m, address, times, stride, width); }
#endif

/*
 * The next two mark what many iterations of a loop touch. Most leaves are marked already, so a look at all of them comes first. It ends early,
 * also because compilers would vectorise it otherwise, which takes them long and gains nothing.
 */

/* Every leaf of `length` bytes. */
static inline void touch_span(char *m, uint64_t address, uint64_t length)
{
  const char *mark = seen(m, address), *last = seen(m, address + length - 1);
  for (; last - mark >= 8; mark += 8)
    if (__builtin_expect(*(const u64 *)mark != ~(uint64_t)0, 0)) goto unmarked;
  /* What is read behind the last mark goes out at the top. */
  if (__builtin_expect(~*(const u64 *)mark << 8 * (7 - (last - mark)) == 0, 1)) return;
unmarked:
  touch(m, address, length);
}

/* The same, where there may be none. */
static inline void touch_range(char *m, uint64_t address, uint64_t length)
{
  if (length != 0) touch_span(m, address, length);
}

/* So many accesses, `stride` bytes apart. */
static inline void touch_series(char *m, uint64_t address, uint64_t times, uint64_t stride, uint64_t width)
{
  if (stride <= METER_LEAF_BYTES) {
    touch_span(m, address, (times - 1) * stride + width);
    return;
  }
  uint64_t at = address, rest = times;
  /* What is not aligned may lie in two leaves. */
  if (__builtin_expect(((address | stride) & (width - 1)) != 0, 0)) goto unmarked;
  for (; rest >= 4; rest -= 4, at += 4 * stride)
    if (__builtin_expect((*seen(m, at) & *seen(m, at + stride) & *seen(m, at + 2 * stride) & *seen(m, at + 3 * stride)) == 0, 0)) goto unmarked;
  for (; rest != 0; rest--, at += stride)
    if (__builtin_expect(*seen(m, at) == 0, 0)) goto unmarked;
  return;
unmarked:
  touch_all(m, address, times, stride, width);
}

#include "meter-due.h"
