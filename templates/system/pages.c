/* Which pages of a guest's memory may be not zero: those that the system has given room. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tree.h"

/* In an entry of /proc/self/pagemap: the page is in memory, or in the swap space. */
static const uint64_t PAGE_THERE = 3ull << 62;
enum { PAGES_AT_ONCE = 4096 };

static int is_zero(const uint8_t *bytes, uint64_t length)
{
  static const uint8_t zeros[PAGE_BYTES];
  return memcmp(bytes, zeros, length) == 0;
}

static ssize_t map_entries(int map, uintptr_t address, uint64_t host_page, uint64_t *entries, uint64_t count)
{
  return map < 0 ? -1 : pread(map, entries, count * 8, (off_t)(address / host_page * 8));
}

/* The map is believed where it knows of a page that is certainly there. */
static int open_map(uint64_t host_page)
{
  uint64_t entry = 0;
  int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  volatile uint8_t here = 1;
  if (map < 0) return -1;
  if (map_entries(map, (uintptr_t)&here, host_page, &entry, 1) == 8 && here && (entry & PAGE_THERE) != 0) return map;
  close(map);
  return -1;
}

int pages_found(const uint8_t *memory, uint64_t bytes, uint32_t **pages, uint64_t *count)
{
  uint64_t host_page = (uint64_t)sysconf(_SC_PAGESIZE), room = 256, found = 0;
  uint64_t *entries = malloc(PAGES_AT_ONCE * sizeof *entries);
  uint32_t *list = malloc(room * sizeof *list);
  int map = host_page >= PAGE_BYTES && (uintptr_t)memory % host_page == 0 ? open_map(host_page) : -1;
  int answer = entries == 0 || list == 0 ? SYSTEM_NO_MEMORY : SYSTEM_DONE;
  uint64_t per_host = host_page / PAGE_BYTES, first = 0;
  if (per_host == 0) per_host = 1;
  for (uint64_t at = 0, known = 0; answer == SYSTEM_DONE && at * PAGE_BYTES < bytes; at++) {
    uint64_t host = at / per_host;
    if (map >= 0 && host >= first + known) {
      ssize_t got = map_entries(map, (uintptr_t)memory + host * host_page, host_page, entries, PAGES_AT_ONCE);
      first = host;
      known = got < 8 ? 0 : (uint64_t)got / 8;
      if (known == 0) {
        close(map);
        map = -1;
      }
    }
    if (map >= 0 && (entries[host - first] & PAGE_THERE) == 0) continue;
    uint64_t rest = bytes - at * PAGE_BYTES;
    if (is_zero(memory + at * PAGE_BYTES, rest < PAGE_BYTES ? rest : PAGE_BYTES)) continue;
    if (found == room) {
      uint32_t *more = realloc(list, (room *= 2) * sizeof *list);
      if (more == 0) {
        answer = SYSTEM_NO_MEMORY;
        break;
      }
      list = more;
    }
    list[found++] = (uint32_t)at;
  }
  if (map >= 0) close(map);
  free(entries);
  if (answer != SYSTEM_DONE) {
    free(list);
    return answer;
  }
  *pages = list;
  *count = found;
  return SYSTEM_DONE;
}
