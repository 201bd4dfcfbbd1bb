// Functions that compilers inline, templates and what is nested, for readers of debug information.
struct Sum {
  int value;
  template <class T> void add(T x) {
    value += x * 3;
    if (value & 1) value ^= x;
  }
};

namespace deep {
static inline int twice(int x) { return x + x; }
inline int fourfold(int x) { return twice(twice(x)) - x % 7; }
} // namespace deep

static int recursive(int n) {
  if (n < 2) return deep::fourfold(n);
  return recursive(n - 1) + recursive(n - 2);
}

extern "C" void rest(volatile int *at, int n);

extern "C" int sums(int n) {
  Sum sum{n};
  for (int i = 0; i < n; i++) {
    sum.add(i);
    sum.add((long)i);
  }
  return sum.value + recursive(n & 7) + deep::fourfold(n);
}

extern "C" void _start() {
  volatile int x = sums(10);
  rest(&x, 5);
  for (;;)
    ;
}
