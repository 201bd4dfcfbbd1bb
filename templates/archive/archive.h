/* Archives (docs/archive.md), read and written where they lie: for native code and for guests. No allocation, no C library. */
#ifndef RVR_ARCHIVE_H
#define RVR_ARCHIVE_H

#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "archives are little-endian, and so has the machine to be that reads them"
#endif

/* The elements of a section. */
struct rvr_view {
  const uint8_t *at;
  uint64_t count;
};

enum { RVR_ARCHIVE_MOST_SECTIONS = 13 };

enum rvr_archive_content {
  RVR_ARCHIVE_PROOF = 1,
  RVR_ARCHIVE_VKEY,
  RVR_ARCHIVE_TRACES,
  RVR_ARCHIVE_CHECKPOINT,
  RVR_ARCHIVE_PROFILE,
  RVR_ARCHIVE_FRAGMENTS,
  RVR_ARCHIVE_SEGMENT,
  RVR_ARCHIVE_RUN,
  RVR_ARCHIVE_OPENING,
};

/* What is wrong, in the order in which it is looked at. */
enum rvr_archive_flaw {
  RVR_ARCHIVE_LENGTH = 1,
  RVR_ARCHIVE_MAGIC,
  RVR_ARCHIVE_VERSION,
  RVR_ARCHIVE_CONTENT,
  RVR_ARCHIVE_TOTAL,
  RVR_ARCHIVE_FLAGS,
  RVR_ARCHIVE_SECTIONS,
  RVR_ARCHIVE_TABLE,
  RVR_ARCHIVE_KIND,
  RVR_ARCHIVE_SIZE,
  RVR_ARCHIVE_RESERVED,
  RVR_ARCHIVE_OFFSET,
  RVR_ARCHIVE_COUNT,
  RVR_ARCHIVE_END,
  RVR_ARCHIVE_PADDING,
  RVR_ARCHIVE_DIGEST,
  /* The address is no multiple of 8: copy the archive to one that is (guests: of 64, so that they never have to). */
  RVR_ARCHIVE_ADDRESS = 64,
};

/* Where it shows. section: its kind, or 0. offset: byte in the archive. */
struct rvr_archive_fault {
  uint32_t layer, flaw, section;
  uint64_t offset;
};

/*
 * Layers 0 to 2 of `length` bytes, which nobody else may write to from now on. Then views[k] is the content's section
 * k, and 1 is returned; else 0, and *fault says why. Nothing outside of the bytes is read whatever they are.
 */
int rvr_archive_open(struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS], const uint8_t *bytes, uint64_t length,
                     enum rvr_archive_content content, struct rvr_archive_fault *fault);

/* Bytes of an archive with so many elements in each of the content's sections; 0: more than archives have. */
uint64_t rvr_archive_length(enum rvr_archive_content content, const uint64_t *counts);

/*
 * All of an archive but its sections and its digest, into as many bytes at a multiple of 8: header, table, padding.
 * Then section k is what the caller writes at bytes + offsets[k].
 */
void rvr_archive_begin(uint64_t *offsets, uint8_t *bytes, enum rvr_archive_content content, const uint64_t *counts);

/* The digest, when all sections are there. A proof has none. */
void rvr_archive_seal(uint8_t *bytes, enum rvr_archive_content content);

/* Comes from whoever links this, as ffi/sha2 natively, or stands in front of it. out = state after block. */
#ifndef RVR_SHA256_INLINE
int rvr_sha256(uint8_t *out, const uint8_t *state, const uint8_t *block);
#endif

#endif
