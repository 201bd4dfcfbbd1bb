/* The tree over a guest's memory: made from what it holds, kept from segment to segment. */
#include <stdlib.h>
#include "tree.h"

#define EXPORT __attribute__((visibility("default")))
enum { ROOM_BOXES = 256 };

static hash *tree_box(struct tree *t, uint32_t storey, uint64_t number)
{
  hash **place = &t->boxes[storey][number];
  if (*place != 0) return *place;
  if (t->free_boxes == 0) {
    uint64_t bytes = sizeof(struct room) + (uint64_t)ROOM_BOXES * BOX_NODES * sizeof(hash);
    struct room *room = bytes <= t->most_bytes - t->bytes ? malloc(bytes) : 0;
    if (room == 0) return 0;
    room->before = t->rooms;
    t->rooms = room;
    t->bytes += bytes;
    t->free_boxes = ROOM_BOXES;
  }
  hash *box = (hash *)(t->rooms + 1) + (uint64_t)--t->free_boxes * BOX_NODES;
  for (uint32_t depth = 0; depth < BOX_LEVELS; depth++) {
    uint32_t height = LOWEST + storey * BOX_LEVELS + depth;
    for (uint32_t k = 0; k < BOX_WIDTH >> depth; k++) hash_copy(box[BOX_PLACES[depth] + k], t->zeros[height < TREE_HEIGHT ? height : TREE_HEIGHT]);
  }
  return *place = box;
}

int tree_open(struct tree *t, uint32_t height, uint64_t index)
{
  return tree_box(t, storey_of(height), index >> (BOX_LEVELS - depth_of(height))) != 0;
}

EXPORT void rvr_tree_free(struct tree *t)
{
  if (t == 0) return;
  for (int storey = 0; storey < STOREYS; storey++) free(t->boxes[storey]);
  for (struct room *room = t->rooms, *before; room != 0; room = before) {
    before = room->before;
    free(room);
  }
  free(t);
}

EXPORT uint64_t rvr_tree_bytes(const struct tree *t) { return t->bytes; }

/* A node; `height` is not below LOWEST. */
EXPORT void rvr_tree_hash(const struct tree *t, uint32_t height, uint64_t index, uint32_t *out) { hash_copy(out, tree_hash(t, height, index)); }

static struct tree *tree_new(uint64_t most_bytes)
{
  struct tree *t = calloc(1, sizeof *t);
  if (t == 0) return 0;
  t->most_bytes = most_bytes;
  for (int storey = 0; storey < STOREYS; storey++) {
    t->boxes[storey] = calloc(boxes_of(storey), sizeof(hash *));
    if (t->boxes[storey] == 0) {
      rvr_tree_free(t);
      return 0;
    }
  }
  for (int height = 0; height <= TREE_HEIGHT; height++) {
    struct hashing h = { 0 };
    const uint32_t *below = height == 0 ? NO_HASH : t->zeros[height - 1];
    hash_later(&h, below, below, t->zeros[height]);
    hash_now(&h);
  }
  return t;
}

/* A box, and which of its lowest nodes are new. */
struct changed { uint64_t box, nodes; };
/* A page of a space, from 0. */
struct page { uint32_t space, page; };
struct building { struct tree *tree; const struct standing *standing; const struct page *pages; struct changed *changed; uint32_t storey; };

enum { PAGE_NODES = PAGE_LEAVES >> LOWEST, PAGE_BOXES = PAGE_NODES / BOX_WIDTH };
_Static_assert(PAGE_BOXES * BOX_WIDTH == PAGE_NODES, "a page is some boxes");

static uint64_t page_box(struct page p) { return (((uint64_t)p.space << LEAF_LEVELS) + (uint64_t)p.page * PAGE_LEAVES) >> (LOWEST + BOX_LEVELS); }

/* The lowest nodes that are kept of a page, where what is below is not all zero. */
static void build_page(struct building *b, uint64_t number)
{
  const struct tree *t = b->tree;
  struct page p = b->pages[number];
  static const int most = PAGE_LEAVES;
  uint32_t cells[PAGE_LEAVES][LEAF_CELLS];
  hash nodes[PAGE_LEAVES];
  uint8_t is_new[PAGE_LEAVES];
  struct hashing h = { 0 };
  for (int k = 0; k < most; k++) {
    uint64_t block = 2 * ((uint64_t)p.page * PAGE_LEAVES + k);
    uint64_t first = standing_block(b->standing, p.space, block), second = standing_block(b->standing, p.space, block + 1);
    is_new[k] = (first | second) != 0;
    if (!is_new[k]) {
      hash_copy(nodes[k], t->zeros[0]);
      continue;
    }
    leaf_cells(first, second, cells[k]);
    hash_later(&h, cells[k], NO_HASH, nodes[k]);
  }
  hash_now(&h);
  for (int height = 1; height <= LOWEST; height++) {
    hash above[PAGE_LEAVES / 2];
    int count = most >> height;
    for (int k = 0; k < count; k++) {
      is_new[k] = is_new[2 * k] | is_new[2 * k + 1];
      if (is_new[k]) hash_later(&h, nodes[2 * k], nodes[2 * k + 1], above[k]);
      else hash_copy(above[k], t->zeros[height]);
    }
    hash_now(&h);
    memcpy(nodes, above, count * sizeof(hash));
  }
  for (int box = 0; box < PAGE_BOXES; box++) {
    struct changed *c = &b->changed[number * PAGE_BOXES + box];
    hash *to = t->boxes[0][c->box];
    c->nodes = 0;
    for (int k = 0; k < BOX_WIDTH; k++) {
      c->nodes |= (uint64_t)is_new[box * BOX_WIDTH + k] << k;
      hash_copy(to[k], nodes[box * BOX_WIDTH + k]);
    }
  }
}

/* The other nodes of a box whose lowest are there. */
static void build_box(const struct tree *t, uint32_t storey, struct changed c)
{
  hash *box = t->boxes[storey][c.box];
  struct hashing h = { 0 };
  for (uint32_t depth = 1; depth < BOX_LEVELS && LOWEST + storey * BOX_LEVELS + depth <= TREE_HEIGHT; depth++) {
    hash *below = box + BOX_PLACES[depth - 1], *above = box + BOX_PLACES[depth];
    uint64_t pairs = c.nodes;
    c.nodes = 0;
    for (uint32_t k = 0; k < BOX_WIDTH >> depth; k++) {
      if ((pairs >> (2 * k) & 3) == 0) continue;
      c.nodes |= 1ull << k;
      hash_later(&h, below[2 * k], below[2 * k + 1], above[k]);
    }
    hash_now(&h);
  }
}

static void build_pages(void *of, uint64_t from, uint64_t to)
{
  struct building *b = of;
  for (uint64_t k = from; k < to; k++) {
    build_page(b, k);
    for (int box = 0; box < PAGE_BOXES; box++) build_box(b->tree, 0, b->changed[k * PAGE_BOXES + box]);
  }
}

/* Boxes of a storey above the first: their lowest nodes stand above boxes of the storey below. */
static void build_boxes(void *of, uint64_t from, uint64_t to)
{
  const struct building *b = of;
  struct hashing h = { 0 };
  for (uint64_t k = from; k < to; k++) {
    struct changed c = b->changed[k];
    hash *box = b->tree->boxes[b->storey][c.box];
    for (uint64_t node = 0; node < BOX_WIDTH; node++) {
      if ((c.nodes >> node & 1) == 0) continue;
      hash *below = b->tree->boxes[b->storey - 1][c.box * BOX_WIDTH + node] + BOX_PLACES[BOX_LEVELS - 1];
      hash_later(&h, below[0], below[1], box[node]);
    }
    hash_now(&h);
    build_box(b->tree, b->storey, c);
  }
}

/* The boxes above those of a list, in its place; how many. */
static uint64_t boxes_above(struct changed *list, uint64_t count)
{
  uint64_t above = 0;
  for (uint64_t k = 0; k < count; k++) {
    if (list[k].nodes == 0) continue;
    uint64_t box = list[k].box / BOX_WIDTH, node = 1ull << (list[k].box % BOX_WIDTH);
    if (above > 0 && list[above - 1].box == box) list[above - 1].nodes |= node;
    else list[above++] = (struct changed){ box, node };
  }
  return above;
}

static int tree_build(struct tree *t, const struct standing *s, const struct page *pages, uint64_t count, struct crew crew)
{
  struct changed *changed = malloc((count * PAGE_BOXES + 1) * sizeof *changed);
  struct building b = { t, s, pages, changed, 0 };
  int answer = changed == 0 ? SYSTEM_NO_MEMORY : SYSTEM_DONE;
  for (uint64_t k = 0; answer == SYSTEM_DONE && k < count * PAGE_BOXES; k++) {
    changed[k] = (struct changed){ page_box(pages[k / PAGE_BOXES]) + k % PAGE_BOXES, 0 };
    if (tree_box(t, 0, changed[k].box) == 0) answer = SYSTEM_NO_MEMORY;
  }
  if (answer == SYSTEM_DONE) answer = in_parallel(crew, count, 1, build_pages, &b);
  count *= PAGE_BOXES;
  for (b.storey = 1; answer == SYSTEM_DONE && b.storey < STOREYS; b.storey++) {
    count = boxes_above(changed, count);
    for (uint64_t k = 0; k < count; k++)
      if (tree_box(t, b.storey, changed[k].box) == 0) answer = SYSTEM_NO_MEMORY;
    if (answer == SYSTEM_DONE) answer = in_parallel(crew, count, 1, build_boxes, &b);
  }
  free(changed);
  return answer;
}

/*
 * A tree over what the guest holds, in `out`. `pages`: those of memory, of 4096 bytes, that may be not zero, ascending;
 * absent where they are to be found.
 */
EXPORT int rvr_tree_create(const uint8_t *memory, uint64_t memory_bytes, const uint64_t *registers, const uint8_t *publics, uint64_t publics_bytes,
  const uint32_t *pages, uint64_t page_count, uint64_t most_bytes, uint32_t threads, const uint32_t *cancel, struct tree **out)
{
  struct standing s = { memory, memory_bytes, registers, publics, publics_bytes };
  uint64_t most_pages = (uint64_t)LEAF_BYTES << LEAF_LEVELS >> 12, public_pages = (publics_bytes + PAGE_BYTES - 1) / PAGE_BYTES;
  uint32_t *found = 0;
  struct tree *t = 0;
  struct page *list = 0;
  int answer = SYSTEM_REFUSED;
  if (memory_bytes > most_pages * PAGE_BYTES || public_pages > most_pages) goto end;
  if (pages == 0) {
    answer = pages_found(memory, memory_bytes, &found, &page_count);
    if (answer != SYSTEM_DONE) goto end;
    pages = found;
  }
  answer = SYSTEM_REFUSED;
  for (uint64_t k = 0; k < page_count; k++)
    if ((uint64_t)pages[k] * PAGE_BYTES >= memory_bytes || (k > 0 && pages[k] <= pages[k - 1])) goto end;
  answer = SYSTEM_NO_MEMORY;
  t = tree_new(most_bytes);
  list = malloc((1 + page_count + public_pages) * sizeof *list);
  if (t == 0 || list == 0) goto end;
  uint64_t count = 0;
  list[count++] = (struct page){ 0, 0 };
  for (uint64_t k = 0; k < page_count; k++) list[count++] = (struct page){ 1, pages[k] };
  for (uint64_t k = 0; k < public_pages; k++) list[count++] = (struct page){ 2, (uint32_t)k };
  answer = tree_build(t, &s, list, count, (struct crew){ threads, cancel });
end:
  free(found);
  free(list);
  if (answer == SYSTEM_DONE) *out = t;
  else rvr_tree_free(t);
  return answer;
}
