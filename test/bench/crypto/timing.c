// Times one operation of an extension and, with -DRIVAL, that of another library, in turns. Prints medians in nanoseconds of processor time as JSON.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "timing.h"

enum { ROUNDS = 41 };
static const double ROUND_NS = 1e6;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static double time_of(void (*run)(long), long calls) {
  double begin = now();
  run(calls);
  return (now() - begin) / calls;
}

// How many calls fill a round.
static long calls_for(void (*run)(long)) {
  long calls = 1;
  while (time_of(run, calls) * calls < ROUND_NS) calls *= 2;
  return calls;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times) {
  qsort(times, ROUNDS, sizeof *times, ascending);
  return times[ROUNDS / 2];
}

int main(void) {
  double our_times[ROUNDS];
  long our_calls = calls_for(ours);
#ifdef RIVAL
  if (!agree()) {
    fputs("the two compute different things\n", stderr);
    return 1;
  }
  double their_times[ROUNDS];
  long their_calls = calls_for(theirs);
  for (int round = 0; round < ROUNDS; round++) {
    our_times[round] = time_of(ours, our_calls);
    their_times[round] = time_of(theirs, their_calls);
  }
  double our = median(our_times), their = median(their_times);
  printf("{\"ours\": %.2f, \"theirs\": %.2f, \"ratio\": %.3f}\n", our, their, our / their);
#else
  for (int round = 0; round < ROUNDS; round++) our_times[round] = time_of(ours, our_calls);
  printf("{\"ours\": %.2f}\n", median(our_times));
#endif
  return 0;
}
