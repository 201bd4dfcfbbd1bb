/* Where everything of a proof is. */
#ifndef RVR_STARK_LAYOUT_H
#define RVR_STARK_LAYOUT_H

#include "variants.h"

/* 0: the fixed trees are not the key's. */
int prover_lay_out(struct prover *p, const struct stark_request *request, struct arena *arena);

/* Has the AIR columns in the tree? */
static inline const struct part *part_in_tree(const struct prover *p, uint32_t air, uint32_t tree)
{
  const enum stark_kind kind = stark_kind(p->shape, tree);
  const struct part *part = &p->airs[air].part[kind];
  if (part->group == 0 || (kind == KIND_FIXED && p->airs[air].air->tree != tree)) return 0;
  return part;
}

/* The best for a CPU: bits of enum stark_cpu. */
const struct variant *variant_for(uint32_t cpu);

/* A proof that is written. */
struct written {
  uint8_t *section[PROOF_SECTIONS];
};

/* Values at zeta, which go into the proof. */
int stark_reveal(struct prover *p, k_t *openings);
/* The word that is folded, into p->points. */
int stark_combine(struct prover *p, const k_t *openings);
/* All rounds of folding. */
int stark_fold(struct prover *p, struct stark_transcript *transcript, const struct written *proof);
/* What is opened at the queries. */
void stark_query(const struct prover *p, const uint32_t *index, const struct written *proof);

#endif
