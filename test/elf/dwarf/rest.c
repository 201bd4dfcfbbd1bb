// The second unit of inlined.cpp.
static inline int square(int x) { return x * x + 1; }

static inline int squares(int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) sum += square(n + i);
  return sum;
}

void rest(volatile int *at, int n) {
  for (int i = 0; i < n; i++) {
    *at += squares(i);
    {
      int q = square(i);
      if (q > 3) *at -= q;
    }
  }
}

/* Dropped by the linker. */
int unused(int x) { return square(x) + 2; }
