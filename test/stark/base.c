/* Arithmetic, hashes and transcript as lines: a command, then its words, hexadecimal. See base.test.ts. */
#include <stdio.h>
#include <string.h>
#include "transcript.h"

static uint8_t bytes[4096] __attribute__((aligned(64)));
static struct stark_transcript transcript;

static void print(const uint32_t *words, unsigned count)
{
  for (unsigned i = 0; i < count; i++) printf(i + 1 < count ? "%u " : "%u\n", words[i]);
}

static void print_k(k_t a) { print(a.c, 4); }

int main(void)
{
  char name[32];
  while (scanf("%31s", name) == 1) {
    uint32_t a[8] = { 0 }, digest[8], out[16];
    unsigned count = 0;
    if (scanf("%u", &count) != 1 || count > 8) return 2;
    for (unsigned i = 0; i < count; i++)
      if (scanf("%u", &a[i]) != 1) return 2;
    const k_t x = { { a[0], a[1], a[2], a[3] } }, y = { { a[4], a[5], a[6], a[7] } };
    const uint64_t wide = (uint64_t)a[1] << 32 | a[0];
    memset(bytes, 0, sizeof bytes);
    if (strcmp(name, "field") == 0) {
      const uint32_t all[] = { f_add(a[0], a[1]), f_sub(a[0], a[1]), f_neg(a[0]),      f_mul(a[0], a[1]), f_redc((uint64_t)a[0] * a[1]),
                               f_mont(a[0]),      f_inv(a[0]),       f_pow(a[0], a[1]) };
      print(all, 8);
    } else if (strcmp(name, "reduce") == 0) {
      const uint32_t reduced = f_reduce(wide);
      print(&reduced, 1);
    } else if (strcmp(name, "root") == 0) {
      const uint32_t all[] = { f_root(a[0]), f_reverse(a[1], a[0]) };
      print(all, 2);
    } else if (strcmp(name, "add") == 0) print_k(k_add(x, y));
    else if (strcmp(name, "sub") == 0) print_k(k_sub(x, y));
    else if (strcmp(name, "neg") == 0) print_k(k_neg(x));
    else if (strcmp(name, "mul") == 0) print_k(k_mul(x, y));
    else if (strcmp(name, "scale") == 0) print_k(k_mul_f(x, a[4]));
    else if (strcmp(name, "inv") == 0) print_k(k_inv(x));
    else if (strcmp(name, "inverse") == 0) print_k(k_mul(x, k_inv(x)));
    else if (strcmp(name, "pow") == 0) print_k(k_pow(x, a[4]));
    else if (strcmp(name, "leaf") == 0) {
      memcpy(bytes, a, 4 * count);
      hash_leaf(digest, bytes, 4 * count);
      print(digest, 8);
    } else if (strcmp(name, "node") == 0 || strcmp(name, "join") == 0) {
      (name[0] == 'n' ? hash_node : hash_join)(digest, bytes);
      print(digest, 8);
    } else if (strcmp(name, "begin") == 0) {
      transcript_begin(&transcript);
      print(transcript.state.word, 8);
    } else if (strcmp(name, "absorb") == 0) { /* tag, length: bytes 0, 1, 2 ... */
      for (unsigned i = 0; i < a[1]; i++) bytes[i] = (uint8_t)i;
      transcript_absorb(&transcript, a[0], bytes, a[1]);
      print(transcript.state.word, 8);
    } else if (strcmp(name, "elements") == 0) { /* tag, count */
      k_t elements[4];
      transcript_elements(&transcript, a[0], elements, a[1]);
      for (unsigned i = 0; i < 16; i++) out[i] = elements[i / 4].c[i % 4];
      print(out, 4 * a[1]);
    } else if (strcmp(name, "indices") == 0) { /* tag, bits, count */
      transcript_indices(&transcript, a[0], a[1], out, a[2]);
      print(out, a[2]);
    } else if (strcmp(name, "state") == 0) print(transcript.state.word, 8);
    else if (strcmp(name, "grind") == 0) { /* tag, bits */
      const struct stark_transcript before = transcript;
      uint32_t nonce = 0;
      while (!transcript_work(&transcript, a[0], a[1], nonce)) {
        transcript = before;
        nonce++;
      }
      print(&nonce, 1);
    } else if (strcmp(name, "work") == 0) { /* tag, bits, nonce */
      const uint32_t is_right = (uint32_t)transcript_work(&transcript, a[0], a[1], a[2]);
      print(&is_right, 1);
    } else return 2;
  }
  return 0;
}
