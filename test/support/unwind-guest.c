/* A guest that traps in a leaf below frames of every shape that compilers make. */
#define APART __attribute__((noinline, noclone))
#ifdef __clang__
#undef APART
#define APART __attribute__((noinline))
#endif

typedef __UINTPTR_TYPE__ word;
volatile word sink;
volatile word depth = 3;
volatile word *volatile target = (volatile word *)-16;

__asm__(
    ".section .text.start, \"ax\", @progbits\n"
    ".globl _start\n.type _start, @function\n"
    "_start:\n"
#ifdef OUTERMOST
    ".cfi_startproc\n.cfi_undefined ra\n"
#endif
    "li sp, 0x200400\ncall guest_main\nj .\n"
#ifdef OUTERMOST
    ".cfi_endproc\n"
#endif
    ".size _start, . - _start\n.text\n");

/* No frame: its caller is known from ra alone. */
APART word leaf(word a) { return *target + a; }

/* The frame is made behind the first branch. */
APART word shrink_wrapped(word a) {
  if (a == 0) return 7;
  word b = sink, c = sink, d = sink;
  word result = leaf(a + b);
  sink = result;
  return leaf(result + c) + d;
}

/* The stack pointer moves: only the frame pointer says where the frame is. */
APART word with_alloca(word count) {
  volatile word *space = __builtin_alloca(16 * (count + 1) * sizeof(word));
  for (word i = 0; i <= count; i++) space[i] = i;
  word result = shrink_wrapped(count + space[count]);
  return result + space[0];
}

/* A frame that no immediate reaches over. */
APART word with_large_frame(word a) {
  volatile word space[1200];
  for (word i = 0; i < 1200; i++) space[i] = i + a;
  word result = with_alloca(a) + space[7];
  return result + space[a];
}

/* Many saved registers, and an early way out. */
APART word recurse(word left) {
  if (left == 0) return with_large_frame(3) + sink;
  word a = sink, b = sink, c = sink, d = sink, e = sink, f = sink;
  word result = recurse(left - 1);
  sink = result;
  if (sink == 12345) return a;
  return result + recurse(left - 2) + a * b + c * d + e * f;
}

APART void guest_main(void) {
  sink = recurse(depth) + 1;
  sink = sink + 1;
}
