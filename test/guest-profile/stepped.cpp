// Calls of every kind, inlined ones too, in steps.
#define MARK(n) asm volatile("addi x0, x0, %0" ::"i"(n))

template <class T> static inline T mixed(T x) { return x * 31 + (x >> 3); }
static inline int twice_mixed(int x) { return mixed(mixed(x) + 1); }

namespace deep {
__attribute__((noinline)) int leaf(int x) { return x * 7 + 3; }
static inline int caller(int x) { return leaf(x) + mixed(x); }
__attribute__((noinline)) int tail(int x) { return leaf(x + 1); }
} // namespace deep

__attribute__((noinline)) static int recursive(int n) {
  if (n < 2) return deep::caller(n);
  return recursive(n - 1) + recursive(n - 2) + twice_mixed(n);
}

typedef int (*Function)(int);
static volatile Function chosen[2] = {recursive, deep::tail};

extern "C" __attribute__((noinline)) int work(int n) {
  int sum = deep::caller(n) + deep::leaf(n + 2);
  MARK(5);
  for (int i = 0; i < n; i++) sum += chosen[i & 1](i);
  sum += twice_mixed(sum);
  MARK(-3);
  return sum + deep::tail(sum);
}

// The guest's own stack.
asm(".globl _start\n.type _start, @function\n_start: lui sp, 0x200\nj begin\n.size _start, . - _start");

extern "C" __attribute__((used)) void begin() {
  volatile int x = work(9);
  MARK(5);
  x = x + work(3);
  asm volatile(".insn i 0x0b, 0, x0, x0, 0");
  for (;;)
    ;
}
