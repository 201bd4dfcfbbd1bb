/* Which of the variants a CPU can run. */
#include "cpu.h"
#include "layout.h"

const struct variant *variant_for(uint32_t cpu)
{
#ifdef STARK_X64
  if (cpu & STARK_AVX2) return &variant_avx2;
#endif
  (void)cpu;
  return &variant_portable;
}
