/* What a check of an AIR's rows finds. */
#include "field.h"

/* A constraint that does not hold, and what it comes to. */
struct broken { uint32_t row, constraint, value; };

/* All are counted, the first ones kept. */
enum { MOST_BROKEN = 10 };
struct findings { uint64_t count; struct broken first[MOST_BROKEN]; };

static inline void found(struct findings *f, uint32_t row, uint32_t constraint, uint32_t value)
{
  if (f->count < MOST_BROKEN) f->first[f->count] = (struct broken){ row, constraint, value };
  f->count++;
}
