/* Opens keys and counts out shapes: sums and all sections of proofs. Arguments: key, proof. Prints what is found, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include "shape.h"

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

static void print_fault(const struct stark_fault *fault)
{
  printf("fault %u %u %x %d\n", fault->step, fault->flaw, fault->section, (int)fault->at);
}

int main(int argc, char **argv)
{
  for (int i = 1; i + 1 < argc; i += 2) {
    uint64_t key_length, length;
    uint8_t *const key_bytes = read_file(argv[i], &key_length), *const bytes = read_file(argv[i + 1], &length);
    uint8_t *const memory = malloc(stark_key_memory(key_length));
    struct stark_key key;
    struct stark_fault fault;
    struct stark_shape shape;
    if (!stark_key_open(&key, key_bytes, key_length, memory, &fault)) {
      print_fault(&fault);
    } else {
      struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS];
      struct rvr_archive_fault flaw;
      if (!rvr_archive_open(views, bytes, length, RVR_ARCHIVE_PROOF, &flaw)) return 3;
      uint32_t *const sums = malloc(stark_shape_memory(&key) + 1);
      if (stark_shape(&shape, &key, (const uint32_t *)views[PROOF_HEIGHTS].at, sums, &fault)) {
        for (int k = 0; k < PROOF_SECTIONS; k++) printf("%lu ", (unsigned long)shape.count[k]);
        printf("%lu\n", (unsigned long)shape.bytes);
      } else print_fault(&fault);
      free(sums);
    }
    free(memory);
    free(key_bytes);
    free(bytes);
  }
  return 0;
}
