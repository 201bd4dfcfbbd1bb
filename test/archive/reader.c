/*
 * What the C reader says of the archives in a file, a line for each; those that are right are written again. Cases:
 * content u32, shift u32, length u64, bytes.
 * `map CONTENT FILE`: what it says of a file where it lies, and how many KiB of memory that took.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive.h"

/* A block of exactly so many bytes, `shift` behind a multiple of 64: whoever reads beside it is found out. */
static uint8_t *placed(uint64_t length, uint32_t shift, void **block)
{
  if (posix_memalign(block, 64, shift + length + (shift + length == 0)) != 0) abort();
  return (uint8_t *)*block + shift;
}

/* Are the bytes those that the writer makes of what is in them? */
static int is_written_so(const uint8_t *bytes, uint64_t length, uint32_t content, const struct rvr_view *views)
{
  uint64_t counts[RVR_ARCHIVE_MOST_SECTIONS] = { 0 }, offsets[RVR_ARCHIVE_MOST_SECTIONS];
  const uint32_t sections = *(const uint32_t *)(const void *)(bytes + 24);
  for (uint32_t k = 0; k < sections; k++) counts[k] = views[k].count;
  if (rvr_archive_length(content, counts) != length) return 0;
  void *block;
  uint8_t *again = memset(placed(length, 0, &block), 0xee, length);
  rvr_archive_begin(offsets, again, content, counts);
  for (uint32_t k = 0; k < sections; k++) {
    const uint8_t *end = k + 1 < sections ? again + offsets[k + 1] : again + length;
    const uint32_t size = *(const uint32_t *)(const void *)(bytes + 64 + 32 * k + 4);
    if (again + offsets[k] + counts[k] * size > end) abort();
    memcpy(again + offsets[k], views[k].at, counts[k] * size);
  }
  rvr_archive_seal(again, content);
  const int is_same = memcmp(again, bytes, length) == 0;
  free(block);
  return is_same;
}

static long peak(void)
{
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

static int map(uint32_t content, const char *path)
{
  const int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return 2;
  const uint8_t *bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, file, 0);
  if (bytes == MAP_FAILED) return 3;
  struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS];
  struct rvr_archive_fault fault = { 0 };
  const long before = peak();
  rvr_archive_open(views, bytes, status.st_size, content, &fault);
  printf("%u %u %ld\n", fault.layer, fault.flaw, peak() - before);
  munmap((void *)bytes, status.st_size);
  close(file);
  return 0;
}

int main(int argc, char **argv)
{
  if (argc == 4 && strcmp(argv[1], "map") == 0) return map(atoi(argv[2]), argv[3]);
  FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (in == NULL) return 2;
  struct { uint32_t content, shift; uint64_t length; } head;
  while (fread(&head, sizeof head, 1, in) == 1) {
    void *block, *copy = NULL;
    uint8_t *bytes = placed(head.length, head.shift, &block);
    if (fread(bytes, 1, head.length, in) != head.length) return 3;
    struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS];
    struct rvr_archive_fault fault;
    const uint8_t *at = bytes;
    int is_right = rvr_archive_open(views, at, head.length, head.content, &fault);
    const int is_misplaced = !is_right && fault.flaw == RVR_ARCHIVE_ADDRESS;
    if (is_misplaced) {
      at = memcpy(placed(head.length, 0, &copy), bytes, head.length);
      is_right = rvr_archive_open(views, at, head.length, head.content, &fault);
    }
    printf("%s", is_misplaced ? "copied " : "");
    if (is_right) {
      /* Every byte of every section is there. Sections that have none may lie where nothing is. */
      uint64_t sum = 0;
      for (uint64_t k = 0; k < views[0].count; k++) sum += views[0].at[k];
      const char *said = is_written_so(at, head.length, head.content, views) ? "ok" : "written otherwise";
      printf("%s %" PRIu64 " %" PRIu64 "\n", said, views[0].count, sum);
    } else {
      printf("%u %u %u %" PRIu64 "\n", fault.layer, fault.flaw, fault.section, fault.offset);
    }
    free(block);
    free(copy);
  }
  fclose(in);
  return 0;
}
