// Runs one C function of an extension, for tests. Standard input holds records: three 64-bit operands o[0] to o[2], then the memory m that they
// refer to. Answered for each, on standard output: one byte with what the function answered, then the memory. Behind the memory lies a page
// without access. From outside: -DOPERATION=name -DARGUMENTS='m + o[0], o[1]' -DMEMORY=bytes.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int OPERATION();

int main(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (MEMORY + page - 1) / page * page;
  uint8_t *pages = mmap(0, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + size, page, PROT_NONE) != 0) return 1;
  uint8_t *m = pages + size - MEMORY;
  uint64_t o[3];
  while (fread(o, sizeof o, 1, stdin) == 1) {
    if (fread(m, MEMORY, 1, stdin) != 1) return 1;
    uint8_t answer = (uint8_t)OPERATION(ARGUMENTS);
    if (fwrite(&answer, 1, 1, stdout) != 1 || fwrite(m, MEMORY, 1, stdout) != 1) return 1;
  }
  return 0;
}
