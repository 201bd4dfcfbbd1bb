// What timing.c asks of a case. `calls` operations in a row, each on what the one before has left, so that nothing can be skipped.
#pragma once
#include <stdint.h>

void ours(long calls);

#ifdef RIVAL
void theirs(long calls);
// 1 when both compute the same.
int agree(void);
#endif
