// Functions that compilers inline, templates, lambdas and what is nested, for readers of debug information.
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

template <class T, int N> struct Ring {
  T items[N];
  unsigned at = 0;

  Ring &operator<<(T item) {
    items[at++ % N] = item;
    return *this;
  }
  template <class F> T folded(T first, F step) const {
    for (const T &item : items) first = step(first, item);
    return first;
  }
};

namespace {
struct Shape {
  virtual int area(int scale) const = 0;
};
struct Square final : Shape {
  int side;
  explicit Square(int side) : side(side) {}
  int area(int scale) const override { return side * side * scale; }
};
} // namespace
} // namespace deep

static int recursive(int n) {
  if (n < 2) return deep::fourfold(n);
  return recursive(n - 1) + recursive(n - 2);
}

extern "C" void rest(volatile int *at, int n);

__attribute__((noinline)) long rings(int n) {
  deep::Ring<long, 8> ring{};
  auto put = [&](int i) { ring << deep::fourfold(i) << i; };
  for (int i = 0; i < n; i++) put(i);
  return ring.folded(1, [n](long sum, long item) { return sum * 3 + (item > n ? item : -item); });
}

__attribute__((noinline)) int area(const deep::Shape &shape, int scale) { return shape.area(scale) + 1; }

extern "C" int sums(int n) {
  Sum sum{n};
  for (int i = 0; i < n; i++) {
    sum.add(i);
    sum.add((long)i);
  }
  deep::Square square(n);
  return sum.value + recursive(n & 7) + deep::fourfold(n) + area(square, n) + (int)rings(n);
}

extern "C" void _start() {
  volatile int x = sums(10);
  rest(&x, 5);
  for (;;)
    ;
}
