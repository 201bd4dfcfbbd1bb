/* Archives read and written: the same checks, in the same order, as src/archive/frame.ts and read.ts, and the same bytes. */
#include "archive.h"

enum { HEADER = 64, ENTRY = 32, BLOCK = 64, DIGEST_AT = 32 };
#define MOST_BYTES (UINT64_C(1) << 32)
#define MAGIC UINT64_C(0x3168637261727672) /* rvrarch1 */

typedef uint32_t word __attribute__((may_alias));
typedef uint64_t longword __attribute__((may_alias));

/* As the table has it: one word of 64 bits. */
struct section {
  uint32_t kind, size;
} __attribute__((aligned(8)));
static const struct {
  uint32_t sections;
  struct section section[RVR_ARCHIVE_MOST_SECTIONS];
} contents[] = {
  [RVR_ARCHIVE_PROOF] = { 13, { { 0x101, 32 }, { 0x102, 4 }, { 0x103, 4 }, { 0x104, 32 }, { 0x105, 16 }, { 0x106, 8 }, { 0x107, 16 },
                                { 0x108, 32 }, { 0x109, 16 }, { 0x10a, 64 }, { 0x10b, 32 }, { 0x10c, 64 }, { 0x10d, 32 } } },
  [RVR_ARCHIVE_VKEY] = { 9, { { 0x201, 4 }, { 0x202, 64 }, { 0x203, 16 }, { 0x204, 4 }, { 0x205, 32 }, { 0x206, 4 }, { 0x207, 32 },
                              { 0x208, 16 }, { 0x209, 16 } } },
  [RVR_ARCHIVE_TRACES] = { 3, { { 0x301, 16 }, { 0x302, 4 }, { 0x303, 4 } } },
  [RVR_ARCHIVE_CHECKPOINT] = { 6, { { 0x401, 8 }, { 0x402, 8 }, { 0x403, 8 }, { 0x404, 4096 }, { 0x405, 64 }, { 0x406, 32 } } },
  [RVR_ARCHIVE_PROFILE] = { 3, { { 0x501, 32 }, { 0x502, 8 }, { 0x503, 8 } } },
  [RVR_ARCHIVE_FRAGMENTS] = { 10, { { 0x403, 8 }, { 0x404, 4096 }, { 0x601, 8 }, { 0x602, 32 }, { 0x603, 32 }, { 0x604, 8 }, { 0x605, 4 },
                                   { 0x606, 4 }, { 0x607, 1 }, { 0x608, 4 } } },
  [RVR_ARCHIVE_SEGMENT] = { 6, { { 0x301, 16 }, { 0x302, 4 }, { 0x303, 4 }, { 0x304, 4 }, { 0x601, 8 }, { 0x602, 32 } } },
  [RVR_ARCHIVE_RUN] = { 9, { { 0x402, 8 }, { 0x403, 8 }, { 0x404, 4096 }, { 0x406, 32 }, { 0x801, 8 }, { 0x802, 32 }, { 0x803, 8 },
                             { 0x804, 1 }, { 0x805, 1 } } },
  [RVR_ARCHIVE_OPENING] = { 3, { { 0x901, 8 }, { 0x902, 1 }, { 0x903, 32 } } },
};

static uint32_t word_at(const uint8_t *at) { return *(const word *)at; }
static uint64_t long_at(const uint8_t *at) { return *(const longword *)at; }
static uint64_t aligned(uint64_t length) { return (length + (BLOCK - 1)) & ~(uint64_t)(BLOCK - 1); }

static int fail(struct rvr_archive_fault *fault, uint32_t layer, enum rvr_archive_flaw flaw, uint32_t section, uint64_t offset)
{
  *fault = (struct rvr_archive_fault){ layer, flaw, section, offset };
  return 0;
}

/* The place of the first byte from `at` to `end` that is not 0, or `end`. */
static uint64_t nonzero(const uint8_t *bytes, uint64_t at, uint64_t end)
{
  for (; at < end && (uintptr_t)(bytes + at) % 8 != 0; at++)
    if (bytes[at] != 0) return at;
  while (at + 8 <= end && long_at(bytes + at) == 0) at += 8;
  while (at < end && bytes[at] == 0) at++;
  return at;
}

/* 0 where all bytes from `at` to `end`, a multiple of 8, are 0. From a place within a word it is not told: that counts as some. */
static uint64_t padding(const uint8_t *bytes, uint64_t at, uint64_t end)
{
  const uint8_t *from = bytes + at, *const to = bytes + end;
  uint64_t some = 0;
  if (at % 8 != 0) {
    if (at % 4 != 0) return 1;
    some = word_at(from);
    from += 4;
  }
  for (; from != to; from += 8) some |= long_at(from);
  return some;
}

struct chain {
  word state[8] __attribute__((aligned(8)));
  word block[BLOCK / 4] __attribute__((aligned(8)));
};

static void next(struct chain *c, const uint8_t *block) { rvr_sha256((uint8_t *)c->state, (const uint8_t *)c->state, block); }

static void frame(struct chain *c, uint32_t kind, uint32_t size, uint32_t third, uint64_t last)
{
  for (int i = 0; i < BLOCK / 4; i++) c->block[i] = 0;
  c->block[0] = 1;
  c->block[1] = kind;
  c->block[2] = size;
  c->block[3] = third;
  c->block[4] = (uint32_t)last;
  c->block[5] = (uint32_t)(last >> 32);
  next(c, (const uint8_t *)c->block);
}

/* Of the sections, which are padded with zeros, as the chain wants them. */
static struct chain content_digest(enum rvr_archive_content content, const struct rvr_view *views)
{
  const uint32_t sections = contents[content].sections;
  /* SHA-256 of "rvr-stark-1 content". */
  struct chain c = { { 0x46ca39ea, 0xc14b40f0, 0x292cdbb8, 0x69ce5a94, 0xd5713c3f, 0xe2255632, 0xc46c2a9f, 0x9a00da25 }, { 0 } };
  frame(&c, 0, content, sections, 0);
  for (uint32_t k = 0; k < sections; k++) {
    const struct section s = contents[content].section[k];
    frame(&c, s.kind, s.size, 0, views[k].count);
    const uint64_t length = aligned(views[k].count * s.size);
    for (uint64_t at = 0; at < length; at += BLOCK) next(&c, views[k].at + at);
  }
  return c;
}

static int has_digest(const uint8_t *bytes, enum rvr_archive_content content, const struct rvr_view *views)
{
  const struct chain c = content_digest(content, views);
  for (int i = 0; i < 8; i++)
    if (c.state[i] != word_at(bytes + DIGEST_AT + 4 * i)) return 0;
  return 1;
}

static int is_content(enum rvr_archive_content content) { return content >= RVR_ARCHIVE_PROOF && content <= RVR_ARCHIVE_OPENING; }

int rvr_archive_open(struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS], const uint8_t *bytes, uint64_t length,
                     enum rvr_archive_content content, struct rvr_archive_fault *fault)
{
  if (length < HEADER || length > MOST_BYTES) return fail(fault, 0, RVR_ARCHIVE_LENGTH, 0, 0);
  if ((uintptr_t)bytes % 8 != 0) return fail(fault, 0, RVR_ARCHIVE_ADDRESS, 0, 0);

  if (!is_content(content)) return fail(fault, 1, RVR_ARCHIVE_CONTENT, 0, 12);
  const uint32_t sections = contents[content].sections;
  const uint64_t table_end = HEADER + ENTRY * (uint64_t)sections;
  if (long_at(bytes) != MAGIC) return fail(fault, 1, RVR_ARCHIVE_MAGIC, 0, 0);
  if (word_at(bytes + 8) != 1) return fail(fault, 1, RVR_ARCHIVE_VERSION, 0, 8);
  if (word_at(bytes + 12) != (uint32_t)content) return fail(fault, 1, RVR_ARCHIVE_CONTENT, 0, 12);
  if (long_at(bytes + 16) != length) return fail(fault, 1, RVR_ARCHIVE_TOTAL, 0, 16);
  if (long_at(bytes + 24) != sections) {
    if (word_at(bytes + 28) != 0) return fail(fault, 1, RVR_ARCHIVE_FLAGS, 0, 28);
    return fail(fault, 1, RVR_ARCHIVE_SECTIONS, 0, 24);
  }
  if (table_end > length) return fail(fault, 1, RVR_ARCHIVE_TABLE, 0, HEADER);

  uint64_t offset = aligned(table_end);
  /* Where padding would lie behind the end there is room for nothing more, and the end is not where it should be. */
  uint64_t limit = length, some = 0;
  if (offset > length) limit = offset;
  else some = padding(bytes, table_end, offset);
  const uint8_t *entry = bytes + HEADER;
  struct rvr_view *view = views;
  for (const struct section *s = contents[content].section, *const last = s + sections; s != last; s++, view++, entry += ENTRY) {
    const uint64_t count = long_at(entry + 16);
    if (long_at(entry) != *(const longword *)s || long_at(entry + 24) != 0 || long_at(entry + 8) != offset) {
      const uint64_t at = (uint64_t)(entry - bytes);
      if (word_at(entry) != s->kind) return fail(fault, 2, RVR_ARCHIVE_KIND, s->kind, at);
      if (word_at(entry + 4) != s->size) return fail(fault, 2, RVR_ARCHIVE_SIZE, s->kind, at + 4);
      if (long_at(entry + 24) != 0) return fail(fault, 2, RVR_ARCHIVE_RESERVED, s->kind, at + 24);
      return fail(fault, 2, RVR_ARCHIVE_OFFSET, s->kind, at + 8);
    }
    const uint64_t room = limit - offset;
    /* Not more than 2^32, so the product does not wrap. A division of 64 bits would be a call on RV32. */
    const uint64_t bytes_of = count * s->size;
    if (count > room || bytes_of > room) return fail(fault, 2, RVR_ARCHIVE_COUNT, s->kind, (uint64_t)(entry - bytes) + 16);
    view->at = bytes + offset;
    view->count = count;
    const uint64_t end = offset + bytes_of;
    offset = aligned(end);
    if (offset == end) continue;
    if (offset <= length) some |= padding(bytes, end, offset);
    else limit = offset;
  }
  if (offset != length) return fail(fault, 2, RVR_ARCHIVE_END, 0, offset < length ? offset : length);

  /* Where exactly is asked only where there is something. */
  uint64_t end = table_end;
  for (uint32_t k = 0; some != 0 && k <= sections; k++) {
    const uint64_t start = k < sections ? (uint64_t)(views[k].at - bytes) : length;
    const uint64_t found = nonzero(bytes, end, start);
    if (found < start) return fail(fault, 2, RVR_ARCHIVE_PADDING, k == 0 ? 0 : contents[content].section[k - 1].kind, found);
    if (k < sections) end = start + views[k].count * contents[content].section[k].size;
  }

  /* A proof proves itself. */
  const int is_right = content == RVR_ARCHIVE_PROOF ? padding(bytes, DIGEST_AT, HEADER) == 0 : has_digest(bytes, content, views);
  return is_right || fail(fault, 2, RVR_ARCHIVE_DIGEST, 0, DIGEST_AT);
}

uint64_t rvr_archive_length(enum rvr_archive_content content, const uint64_t *counts)
{
  if (!is_content(content)) return 0;
  const uint32_t sections = contents[content].sections;
  uint64_t length = aligned(HEADER + ENTRY * (uint64_t)sections);
  for (uint32_t k = 0; k < sections; k++) {
    if (counts[k] > MOST_BYTES) return 0;
    length += aligned(counts[k] * contents[content].section[k].size);
    if (length > MOST_BYTES) return 0;
  }
  return length;
}

static void set_word(uint8_t *at, uint32_t value) { *(word *)at = value; }
static void set_long(uint8_t *at, uint64_t value) { *(longword *)at = value; }

static void clear(uint8_t *bytes, uint64_t at, uint64_t end)
{
  while (at < end) {
    bytes[at++] = 0;
    /* Else compilers call memset, which not everybody has. */
    __asm__("" ::: "memory");
  }
}

void rvr_archive_begin(uint64_t *offsets, uint8_t *bytes, enum rvr_archive_content content, const uint64_t *counts)
{
  const uint32_t sections = contents[content].sections;
  uint64_t end = HEADER + ENTRY * (uint64_t)sections, offset = aligned(end);
  clear(bytes, 0, offset);
  set_long(bytes, MAGIC);
  set_word(bytes + 8, 1);
  set_word(bytes + 12, content);
  set_long(bytes + 16, rvr_archive_length(content, counts));
  set_word(bytes + 24, sections);
  for (uint32_t k = 0; k < sections; k++) {
    const struct section s = contents[content].section[k];
    uint8_t *entry = bytes + HEADER + ENTRY * k;
    set_word(entry, s.kind);
    set_word(entry + 4, s.size);
    set_long(entry + 8, offset);
    set_long(entry + 16, counts[k]);
    offsets[k] = offset;
    end = offset + counts[k] * s.size;
    offset = aligned(end);
    clear(bytes, end, offset);
  }
}

void rvr_archive_seal(uint8_t *bytes, enum rvr_archive_content content)
{
  if (content == RVR_ARCHIVE_PROOF) return;
  struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS];
  for (uint32_t k = 0; k < contents[content].sections; k++) {
    const uint8_t *entry = bytes + HEADER + ENTRY * k;
    views[k] = (struct rvr_view){ bytes + long_at(entry + 8), long_at(entry + 16) };
  }
  const struct chain c = content_digest(content, views);
  for (int i = 0; i < 8; i++) set_word(bytes + DIGEST_AT + 4 * i, c.state[i]);
}
