/*
 * Verifies proofs, and all that become of them when one bit is another. Arguments: `proofs` or `flips`, then key and
 * proof, again and again. `cases` and a file: lengths of a key and of a proof as u64, the bytes of both, again and again;
 * a line for each: `accepted`, `key` where it is none, or the step that refuses the proof.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verify.h"

static uint8_t *read_file(const char *path, uint64_t *length)
{
  FILE *const file = fopen(path, "rb");
  if (file == NULL) exit(2);
  fseek(file, 0, SEEK_END);
  *length = (uint64_t)ftell(file);
  rewind(file);
  uint8_t *const bytes = aligned_alloc(64, (*length + 63) / 64 * 64);
  if (fread(bytes, 1, *length, file) != *length) exit(2);
  fclose(file);
  return bytes;
}

struct given {
  struct stark_key key;
  uint8_t *key_bytes, *bytes;
  uint64_t length;
  void *memory, *block;
};

static struct given open_given(const char *key, const char *proof)
{
  struct given given;
  struct stark_fault fault;
  uint64_t length;
  given.key_bytes = read_file(key, &length);
  given.memory = malloc(stark_key_memory(length));
  if (!stark_key_open(&given.key, given.key_bytes, length, given.memory, &fault)) exit(3);
  given.bytes = read_file(proof, &given.length);
  given.block = aligned_alloc(64, stark_verify_memory(&given.key));
  return given;
}

static void close_given(struct given *given)
{
  free(given->key_bytes);
  free(given->bytes);
  free(given->memory);
  free(given->block);
}

/* `accepted`, or the fault. */
static void print_verdict(struct given *given)
{
  struct stark_proof proof;
  struct stark_fault fault;
  if (stark_verify(&proof, &given->key, given->bytes, given->length, given->block, 0, &fault)) printf("accepted\n");
  else printf("%u %u %x %d %d\n", fault.step, fault.flaw, fault.section, (int)fault.at, (int)fault.query);
}

/* How many flips each step rejects; first how many are accepted. */
static void print_flips(struct given *given)
{
  uint64_t steps[STEP_KEY + 1] = { 0 };
  for (uint64_t bit = 0; bit < 8 * given->length; bit++) {
    struct stark_proof proof;
    struct stark_fault fault;
    given->bytes[bit / 8] ^= 1 << bit % 8;
    /* Whatever a verification finds in the block makes no difference. */
    if (bit % 64 == 0) memset(given->block, (int)(bit / 64), stark_verify_memory(&given->key));
    steps[stark_verify(&proof, &given->key, given->bytes, given->length, given->block, 0, &fault) ? 0 : fault.step]++;
    given->bytes[bit / 8] ^= 1 << bit % 8;
  }
  for (int step = 0; step <= STEP_FOLDS; step++) printf(step < STEP_FOLDS ? "%lu " : "%lu\n", (unsigned long)steps[step]);
}

/* A block of exactly so many bytes: whoever reads beside it is found out. */
static uint8_t *read_placed(FILE *in, uint64_t length)
{
  void *block;
  if (posix_memalign(&block, 64, length + (length == 0)) != 0 || fread(block, 1, length, in) != length) exit(2);
  return block;
}

static void print_cases(FILE *in)
{
  uint64_t length[2];
  while (fread(length, sizeof length, 1, in) == 1) {
    uint8_t *const key_bytes = read_placed(in, length[0]), *const bytes = read_placed(in, length[1]);
    void *const memory = malloc(stark_key_memory(length[0]));
    struct stark_key key;
    struct stark_proof proof;
    struct stark_fault fault;
    if (!stark_key_open(&key, key_bytes, length[0], memory, &fault)) printf("key\n");
    else {
      void *const block = aligned_alloc(64, stark_verify_memory(&key));
      if (stark_verify(&proof, &key, bytes, length[1], block, 0, &fault)) printf("accepted\n");
      else printf("%u\n", fault.step);
      free(block);
    }
    free(memory);
    free(bytes);
    free(key_bytes);
  }
}

int main(int argc, char **argv)
{
  if (argc == 3 && strcmp(argv[1], "cases") == 0) print_cases(fopen(argv[2], "rb"));
  for (int i = 2; i + 1 < argc; i += 2) {
    struct given given = open_given(argv[i], argv[i + 1]);
    if (strcmp(argv[1], "flips") == 0) print_flips(&given);
    else print_verdict(&given);
    close_given(&given);
  }
  return 0;
}
