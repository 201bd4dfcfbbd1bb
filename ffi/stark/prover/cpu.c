/* What the CPU has besides what every CPU of its kind has. */
#include "cpu.h"

#ifdef STARK_X64
#include <cpuid.h>

/* __builtin_cpu_supports does not know of the SHA instructions everywhere. What uses them is compiled for AVX2 too. */
static int has_sha(void)
{
  uint32_t eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx >> 29 & 1) != 0 && __builtin_cpu_supports("avx2");
}

static uint32_t found(void)
{
  __builtin_cpu_init();
  uint32_t cpu = has_sha() ? STARK_SHA : 0;
  if (__builtin_cpu_supports("avx2")) cpu |= STARK_AVX2;
  return cpu;
}
#else
static uint32_t found(void) { return 0; }
#endif

/* Asked once: in a virtual machine the question takes its time. */
uint32_t stark_cpu(const struct stark_work *work)
{
  static const uint32_t IS_KNOWN = UINT32_C(1) << 31;
  static uint32_t known;
  uint32_t cpu = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (cpu == 0) __atomic_store_n(&known, cpu = found() | IS_KNOWN, __ATOMIC_RELAXED);
  return cpu & ~IS_KNOWN & ~work->without;
}
