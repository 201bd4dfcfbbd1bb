/* What the CPU has besides what every CPU of its kind has. */
#ifndef RVR_STARK_CPU_H
#define RVR_STARK_CPU_H

#include "work.h"

enum stark_cpu { STARK_AVX2 = 1, STARK_SHA = 2 };

#if defined __x86_64__ && !defined STARK_PORTABLE
#define STARK_X64
#endif

/* Of enum stark_cpu, what there is and may be used. */
uint32_t stark_cpu(const struct stark_work *work);

#endif
