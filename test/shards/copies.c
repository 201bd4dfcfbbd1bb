/* Words that copy routines leave: one that is inlined in `unpack`, and one with code of its own. */
typedef unsigned long word;
enum { WORDS = 64 };
static volatile word from[WORDS] = {1, 2, 3}, to[WORDS], filled[WORDS];
volatile word sum;

static inline __attribute__((always_inline)) void mempcpy(volatile word *into, volatile word *of, int count) {
    for (int at = 0; at < count; at++) into[at] = of[at];
}

__attribute__((noinline)) static void unpack(void) { mempcpy(to, from, WORDS); }

__attribute__((noinline)) void *memset(void *into, int byte, word bytes) {
    for (word at = 0; at < bytes / sizeof(word); at++) ((volatile word *)into)[at] = (word)byte;
    return into;
}

__attribute__((noinline)) static void use(void) {
    word all = 0;
    for (int at = 0; at < WORDS; at++) all += to[at] + filled[at];
    sum = all;
}

void run(void) {
    unpack();
    memset((void *)filled, 1, sizeof filled);
    /* Where the test cuts. */
    __asm__ volatile(".globl cut\ncut:\n nop");
    use();
}

__asm__(".text\n.globl _start\n_start:\n lui sp, 0x200\n call run\n .insn i 0x0b, 0, x0, x0, 0\n");
