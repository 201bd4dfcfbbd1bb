/* Public values of a guest, opened from the root of the memory that it ends with. */
#include "public-values.h"
#include "../field.h"
#include "../memory.h"

enum { XLEN = 0x901, VALUES, BESIDE };

typedef uint32_t word __attribute__((may_alias));
typedef uint64_t longword __attribute__((may_alias));

static int fail(struct stark_fault *fault, enum stark_flaw flaw, uint32_t section, uint32_t at)
{
  return stark_fail(fault, STEP_PUBLIC_VALUES, flaw, section, at);
}

int stark_public_values_open(struct rvr_view *values, const uint8_t *bytes, uint64_t length, const uint32_t *root, struct stark_fault *fault)
{
  struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS];
  struct rvr_archive_fault flaw;
  if (!rvr_archive_open(views, bytes, length, RVR_ARCHIVE_OPENING, &flaw)) return stark_fail_archive(fault, STEP_PUBLIC_VALUES, &flaw);
  if (views[0].count != 1) return fail(fault, FLAW_COUNT, XLEN, STARK_NOWHERE);
  if (views[1].count > STARK_MOST_PUBLIC_VALUES) return fail(fault, FLAW_COUNT, VALUES, STARK_NOWHERE);
  if (views[2].count != 1) return fail(fault, FLAW_COUNT, BESIDE, STARK_NOWHERE);
  const uint64_t xlen = *(const longword *)views[0].at;
  if (xlen != 32 && xlen != 64) return fail(fault, FLAW_XLEN, XLEN, 0);
  memory_hash beside, opened;
  for (uint32_t i = 0; i < MEMORY_HASH_WORDS; i++) {
    beside[i] = ((const word *)views[2].at)[i];
    if (beside[i] >= F_P) return fail(fault, FLAW_ELEMENT, BESIDE, i);
  }
  memory_space(opened, (uint32_t)xlen, views[1].at, views[1].count);
  memory_root(opened, (uint32_t)xlen, beside, opened);
  for (uint32_t i = 0; i < MEMORY_HASH_WORDS; i++)
    if (opened[i] != root[i]) return fail(fault, FLAW_OPENING, 0, STARK_NOWHERE);
  *values = views[1];
  return 1;
}
