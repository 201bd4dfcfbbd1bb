/* Metering as the regions see it: row counts in vector arguments, a mark for each touched leaf, a check when the interval is used up. */
#include "meter-area.h"

static const uint64_t RVR_METER_BELOW = RVR_TABLE_BELOW + RVR_AREA_BYTES;
static const uint64_t RVR_SEEN_BELOW = RVR_TABLE_BELOW + RVR_AREA_BYTES - METER_SEEN_OFFSET;

static inline struct rvr_meter *meter(char *m) { return (struct rvr_meter *)(m - RVR_METER_BELOW); }
static inline const char *seen(char *m, uint64_t address) { return m + (address >> 4) - RVR_SEEN_BELOW; }
static inline rows *lanes(char *m) { return (rows *)meter(m)->lanes; }

int64_t rvr_check(char *m, int64_t left);
void rvr_touch(char *m, uint64_t address, uint64_t width);
void meter_leave(char *m);

/*
 * The calls stand on cold paths of functions whose arguments fill the host's registers. On x86-64 they go through gates that keep every
 * register, and hide from the compiler that they are calls: a region stays a leaf function without a frame.
 */
#ifdef __x86_64__
static inline int64_t check(char *m, int64_t left)
{
  __asm__ volatile("lea -128(%%rsp), %%rsp\n\tcall rvr_check_gate\n\tlea 128(%%rsp), %%rsp"
    : "+a"(left) : "D"(m)
    : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  return left;
}

static inline void touch(char *m, uint64_t address, uint64_t width)
{
  __asm__ volatile("lea -128(%%rsp), %%rsp\n\tcall rvr_touch_gate\n\tlea 128(%%rsp), %%rsp" : : "a"(address), "D"(m), "d"(width) : "memory", "cc");
}
#else
static inline int64_t check(char *m, int64_t left) { return rvr_check(m, left); }
static inline void touch(char *m, uint64_t address, uint64_t width) { rvr_touch(m, address, width); }
#endif
