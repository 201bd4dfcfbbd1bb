/* The tree over a guest's memory, hashed from what it holds. */
#include "memory.h"
#include "poseidon2.h"

enum { CELLS = 8, PAGE_BYTES = 4096 };

void memory_compress(memory_hash out, const memory_hash left, const memory_hash right)
{
  uint32_t s[POSEIDON2_WORDS];
  for (int i = 0; i < MEMORY_HASH_WORDS; i++) {
    s[i] = f_mont(left[i]);
    s[MEMORY_HASH_WORDS + i] = f_mont(right[i]);
  }
  poseidon2_permute(s);
  for (int i = 0; i < MEMORY_HASH_WORDS; i++) out[i] = f_redc(s[i]);
}

static void copy(memory_hash out, const memory_hash from)
{
  for (int i = 0; i < MEMORY_HASH_WORDS; i++) out[i] = from[i];
}

struct space {
  uint32_t cell_bytes;
  const uint8_t *bytes;
  uint64_t length;
  /* By height: the hash of a node with nothing but zeros below. */
  memory_hash zeros[MEMORY_LOG_BYTES];
};

static uint32_t leaf_levels(uint32_t xlen) { return xlen == 64 ? MEMORY_LOG_BYTES - 4 : MEMORY_LOG_BYTES - 3; }

/* The hash of zeros below a height. */
static void zero_node(memory_hash out, uint32_t height)
{
  static const memory_hash no_cells;
  memory_compress(out, no_cells, no_cells);
  for (; height > 0; height--) memory_compress(out, out, out);
}

/* Eight cells, and nothing in the place of the other half. */
static void leaf(memory_hash out, const struct space *s, uint64_t at)
{
  static const memory_hash nothing;
  uint32_t cells[CELLS] = { 0 };
  for (uint32_t k = 0; k < CELLS; k++)
    for (uint32_t byte = 0; byte < s->cell_bytes && at < s->length; byte++) cells[k] |= (uint32_t)s->bytes[at++] << (8 * byte);
  memory_compress(out, cells, nothing);
}

static int is_zero(const struct space *s, uint64_t at, uint64_t bytes)
{
  const uint64_t end = bytes < s->length - at ? at + bytes : s->length;
  uint8_t some = 0;
  for (; at < end; at++) some |= s->bytes[at];
  return some == 0;
}

/* The node over so many bytes. Returns 0 where it is that of zeros. */
static int node(memory_hash out, const struct space *s, uint32_t height, uint64_t at)
{
  const uint64_t bytes = (uint64_t)(CELLS * s->cell_bytes) << height;
  if (at >= s->length || (bytes <= PAGE_BYTES && is_zero(s, at, bytes))) {
    copy(out, s->zeros[height]);
    return 0;
  }
  if (height == 0) {
    leaf(out, s, at);
    return 1;
  }
  memory_hash right;
  const int some = node(out, s, height - 1, at) | node(right, s, height - 1, at + bytes / 2);
  if (some) memory_compress(out, out, right);
  else copy(out, s->zeros[height]);
  return some;
}

void memory_space(memory_hash out, uint32_t xlen, const uint8_t *bytes, uint64_t length)
{
  const uint32_t levels = leaf_levels(xlen);
  struct space s = { .cell_bytes = xlen / 32, .bytes = bytes, .length = length };
  zero_node(s.zeros[0], 0);
  for (uint32_t height = 1; height <= levels; height++) memory_compress(s.zeros[height], s.zeros[height - 1], s.zeros[height - 1]);
  node(out, &s, levels, 0);
}

void memory_root(memory_hash out, uint32_t xlen, const memory_hash beside, const memory_hash publics)
{
  memory_hash empty, second;
  zero_node(empty, leaf_levels(xlen));
  memory_compress(second, publics, empty);
  memory_compress(second, beside, second);
  memory_compress(empty, empty, empty);
  memory_compress(empty, empty, empty);
  memory_compress(out, second, empty);
}
