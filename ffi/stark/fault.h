/* Why a key or a proof is rejected: the step that rejects it, what is wrong, and where. */
#ifndef RVR_STARK_FAULT_H
#define RVR_STARK_FAULT_H

#include "archive.h"

#define STARK_NOWHERE UINT32_MAX

/* The first numbers are the verifier's steps, as docs/proofs.md has them. */
enum stark_step {
  STEP_ARCHIVE = 1,
  STEP_SHAPE,
  STEP_ELEMENTS,
  STEP_TRANSCRIPT,
  STEP_SUMS,
  STEP_CONSTRAINTS,
  STEP_CLAIMS,
  STEP_PATHS,
  STEP_VALUES,
  STEP_FOLDS,
  STEP_CHAIN, /* of a run's segments */
  STEP_KEY,   /* of the key, in front of all proofs */
  STEP_PUBLIC_VALUES, /* of a run, from its final root */
};

enum stark_flaw {
  FLAW_ARCHIVE = 1, /* at: flaw of the archive */
  /* Of proofs; at: */
  FLAW_KEY,         /* made for another key */
  FLAW_HEIGHT,      /* AIR */
  FLAW_MISSING,     /* AIR that may not be absent */
  FLAW_EMPTY,       /* no table */
  FLAW_ROWS,        /* more rows than sums of this bus can tell apart; NOWHERE: of all buses */
  FLAW_COUNT,       /* elements of the section */
  FLAW_ELEMENT,     /* word of the section: not below p */
  FLAW_PUBLIC,      /* word of the public values: not the one that is wanted */
  FLAW_WORK,        /* nonce */
  FLAW_POINT,       /* zeta is in the base field */
  FLAW_SUMS,        /* buses do not balance */
  FLAW_CONSTRAINTS, /* AIR */
  FLAW_PADDING,     /* tree, or round */
  FLAW_PATH,        /* tree, or round */
  FLAW_FOLD,        /* round: not the value of the one before */
  FLAW_FINAL,       /* the final polynomial has another value */
  /* Of runs; at: segment */
  FLAW_ROLES, /* the key does not say which public values connect segments; at: role */
  FLAW_START,
  FLAW_PC,
  FLAW_ROOT,
  FLAW_LAST,
  FLAW_EXIT, /* exit code above 255 */
  /* Of keys; at: element of the section */
  FLAW_PARAMETER,
  FLAW_AIR,
  FLAW_RANGE, /* does not begin where the one before ends, or does not end where the section does */
  FLAW_FLAGS,
  FLAW_DEGREE,
  FLAW_NODE,
  FLAW_CONSTRAINT,
  FLAW_INTERACTION,
  FLAW_CHUNK,
  FLAW_FIELD,
  FLAW_TREE, /* without a table */
  FLAW_ROLE,
  FLAW_START_VALUE,
  /* Of openings */
  FLAW_XLEN,    /* neither 32 nor 64 */
  FLAW_OPENING, /* leads to another root */
};

struct stark_fault {
  uint32_t step, flaw, section, at, query, segment;
  /* Of the archive, where that is what is wrong. */
  uint32_t layer, zero;
  uint64_t offset;
};

/* 0, for whoever returns it. */
static inline int stark_fail(struct stark_fault *fault, enum stark_step step, enum stark_flaw flaw, uint32_t section, uint32_t at)
{
  *fault = (struct stark_fault){ step, flaw, section, at, STARK_NOWHERE, STARK_NOWHERE, 0, 0, 0 };
  return 0;
}

/* The same of an archive. */
static inline int stark_fail_archive(struct stark_fault *fault, enum stark_step step, const struct rvr_archive_fault *flaw)
{
  stark_fail(fault, step, FLAW_ARCHIVE, flaw->section, flaw->flaw);
  fault->layer = flaw->layer;
  fault->offset = flaw->offset;
  return 0;
}

#endif
