/* The tree over all of a guest's memory, and what stands in it. */
#include <stdint.h>
#include "machine.h"
#include "hash.h"
#include "parallel.h"

enum { LEAF_BYTES = 2 * BLOCK_BYTES, LEAF_CELLS = 8, CELLS = 4, SPACES = 3, REGISTERS = 32 };
enum { PAGE_BYTES = 4096, PAGE_LEAVES = PAGE_BYTES / LEAF_BYTES };
/* Below this height nothing is kept: it is hashed again from memory, which takes less room than hashes of it. */
enum { LOWEST = 2 };
/* Nodes are kept in boxes of the nodes above 64 neighbours, themselves included, in several storeys of boxes. */
enum { BOX_LEVELS = 6, BOX_WIDTH = 64, BOX_NODES = 126, STOREYS = (TREE_HEIGHT - LOWEST) / BOX_LEVELS + 1 };

/* What a guest holds, which has to stay as it is while a function reads it. */
struct standing { const uint8_t *memory; uint64_t memory_bytes; const uint64_t *registers; const uint8_t *publics; uint64_t publics_bytes; };

struct room { struct room *before; };

struct tree {
  hash zeros[TREE_HEIGHT + 1];
  /* By storey and number of the box; 0 where all below is zero. */
  hash **boxes[STOREYS];
  struct room *rooms;
  uint32_t free_boxes;
  /* Taken, and allowed. */
  uint64_t bytes, most_bytes;
};

static const uint16_t BOX_PLACES[BOX_LEVELS] = { 0, 64, 96, 112, 120, 124 };
static const hash NO_HASH;

static inline uint32_t storey_of(uint32_t height) { return (height - LOWEST) / BOX_LEVELS; }
static inline uint32_t depth_of(uint32_t height) { return (height - LOWEST) % BOX_LEVELS; }
static inline uint64_t boxes_of(uint32_t storey)
{
  int levels = TREE_HEIGHT - LOWEST - (int)(storey + 1) * BOX_LEVELS;
  return levels > 0 ? 1ull << levels : 1;
}
/* A node that is kept; 0 where it has no box. */
static inline uint32_t *tree_place(const struct tree *t, uint32_t height, uint64_t index)
{
  uint32_t depth = depth_of(height);
  hash *box = t->boxes[storey_of(height)][index >> (BOX_LEVELS - depth)];
  return box == 0 ? 0 : box[BOX_PLACES[depth] + (index & ((BOX_WIDTH >> depth) - 1))];
}
/* `height` is not below LOWEST. */
static inline const uint32_t *tree_hash(const struct tree *t, uint32_t height, uint64_t index)
{
  const uint32_t *place = tree_place(t, height, index);
  return place == 0 ? t->zeros[height] : place;
}

/* Content of a block, space from 0; bytes behind the end are 0. */
static inline uint64_t standing_block(const struct standing *s, uint64_t space, uint64_t block)
{
  if (space == 0) return block < REGISTERS ? s->registers[block] : 0;
  if (space >= SPACES) return 0;
  const uint8_t *bytes = space == 1 ? s->memory : s->publics;
  uint64_t length = space == 1 ? s->memory_bytes : s->publics_bytes, at = block * BLOCK_BYTES, content = 0;
  for (int k = 0; k < BLOCK_BYTES && at + k < length; k++) content |= (uint64_t)bytes[at + k] << (8 * k);
  return content;
}
static inline void block_cells(uint64_t content, uint32_t *cells)
{
  for (int k = 0; k < CELLS; k++) cells[k] = (content >> (k * CELL_BITS)) & ((1u << CELL_BITS) - 1);
}
static inline void leaf_cells(uint64_t first, uint64_t second, uint32_t *cells)
{
  block_cells(first, cells);
  block_cells(second, cells + CELLS);
}

/* Makes room for a node; 0 where there is none. */
int tree_open(struct tree *, uint32_t height, uint64_t index);
/* Numbers of memory's pages that may hold something, ascending: an array of its own. */
int pages_found(const uint8_t *memory, uint64_t bytes, uint32_t **pages, uint64_t *count);
