/* Nodes of an AIR in the order in which they are needed, with places for values that are forgotten after their last use. */
#include <stdlib.h>
#include <string.h>
#include "program.h"

enum { NONE = 0xffffffff };

struct maker {
  struct program *program;
  const struct program_request *request;
  const struct stark_key *key;
  const struct stark_air *air;
  const struct stark_node *nodes;
  struct step *steps;
  struct loaded *loaded[LOADED_KINDS], *constants;
  k_t *weight;
  /* Of each node. */
  uint32_t *value, *uses;
  /* Places that are free. */
  uint32_t *spare, spares;
  /* Constraints that wait for others. */
  uint32_t waiting[4], waits;
  k_t waiting_weight[4];
  /* Constraints by root. */
  uint32_t *first, *next;
};

static uint64_t step_count(const struct stark_air *air, const struct stark_interaction *interactions)
{
  uint64_t steps = (uint64_t)air->nodes + air->constraints / 4 + 1 + air->chunks + air->main;
  for (uint32_t i = 0; i < air->interactions; i++) steps += 3 + interactions[i].fields / 4;
  return steps;
}

static uint64_t weight_count(const struct stark_air *air, const struct stark_interaction *interactions)
{
  uint64_t weights = (uint64_t)air->constraints + 4 + air->chunks;
  for (uint32_t i = 0; i < air->interactions; i++) weights += 5 + interactions[i].fields;
  return weights;
}

uint64_t program_needs(const struct stark_key *key, uint32_t index)
{
  const struct stark_air *air = &key->airs[index];
  const struct stark_interaction *interactions = key->interactions + air->interactions_at;
  return weight_count(air, interactions) * sizeof(k_t) + step_count(air, interactions) * sizeof(struct step) +
    ((uint64_t)air->nodes + 1) * ((LOADED_KINDS + 1) * sizeof(struct loaded) + 4 * sizeof(uint32_t)) +
    (uint64_t)air->constraints * sizeof(uint32_t);
}

static k_t k_mont(k_t a) { return (k_t){ { f_mont(a.c[0]), f_mont(a.c[1]), f_mont(a.c[2]), f_mont(a.c[3]) } }; }

static uint32_t fresh(struct maker *m) { return m->program->values++; }

static uint32_t add_weight(struct maker *m, k_t weight)
{
  m->weight[m->program->weights] = weight;
  return m->program->weights++;
}

static struct step *add_step(struct maker *m, uint32_t kind)
{
  struct step *step = &m->steps[m->program->count++];
  *step = (struct step){ .kind = kind, .of = { VALUE_ZERO, VALUE_ZERO, VALUE_ZERO, VALUE_ZERO } };
  return step;
}

static int is_constant(const struct stark_node *node) { return node->op == NODE_CONSTANT || node->op == NODE_PUBLIC; }
static int is_leaf(const struct stark_node *node) { return node->op < NODE_ADD; }

/* One of the uses of a value has been. */
static void used(struct maker *m, uint32_t node)
{
  if (--m->uses[node] == 0 && !is_leaf(&m->nodes[node])) m->spare[m->spares++] = m->value[node];
}

static void emit_constraints(struct maker *m)
{
  if (m->waits == 0) return;
  struct step *step = add_step(m, DO_CONSTRAINTS);
  for (uint32_t i = 0; i < 4; i++) {
    const uint32_t weight = add_weight(m, i < m->waits ? k_mont(m->waiting_weight[i]) : k_of(0));
    if (i == 0) step->weight = weight;
    if (i < m->waits) step->of[i] = m->value[m->waiting[i]];
  }
  for (uint32_t i = 0; i < m->waits; i++) used(m, m->waiting[i]);
  m->waits = 0;
}

static uint32_t load(struct maker *m, uint32_t kind, uint32_t column)
{
  const uint32_t value = fresh(m);
  m->loaded[kind][m->program->loads[kind]++] = (struct loaded){ value, column };
  return value;
}

static uint32_t constant(struct maker *m, uint32_t word)
{
  const uint32_t value = fresh(m);
  m->constants[m->program->constant_count++] = (struct loaded){ value, word };
  return value;
}

/* Traces do not have the derived columns, which are the last ones. */
static uint32_t load_main(struct maker *m, const struct stark_node *node)
{
  const uint32_t own = m->air->main - m->request->derived_count;
  if (m->request->kind == PROGRAM_SUMS && node->a >= own) return load(m, LOADED_DERIVED, node->a - own);
  return load(m, node->b ? LOADED_MAIN_NEXT : LOADED_MAIN, node->a);
}

static uint32_t leaf_value(struct maker *m, const struct stark_node *node)
{
  switch (node->op) {
    case NODE_CONSTANT: return constant(m, node->a);
    case NODE_MAIN: return load_main(m, node);
    case NODE_FIXED: return load(m, node->b ? LOADED_FIXED_NEXT : LOADED_FIXED, node->a);
    case NODE_PUBLIC: return constant(m, m->request->publics[node->a]);
    case NODE_FIRST: m->program->has_first = 1; return VALUE_FIRST;
    case NODE_LAST: m->program->has_last = 1; return VALUE_LAST;
    default: m->program->has_trans = 1; return VALUE_TRANS;
  }
}

static uint32_t place(struct maker *m) { return m->spares > 0 ? m->spare[--m->spares] : fresh(m); }

static void make_node(struct maker *m, uint32_t index)
{
  const struct stark_node *node = &m->nodes[index];
  if (is_leaf(node)) {
    m->value[index] = leaf_value(m, node);
    return;
  }
  static const uint8_t kinds[] = { DO_ADD, DO_SUB, DO_MUL, DO_NEGATE };
  const int has_two = node->op != NODE_NEG;
  struct step *step = add_step(m, kinds[node->op - NODE_ADD]);
  step->of[0] = m->value[node->a];
  if (has_two) step->of[1] = m->value[node->b];
  /* A place may be that of an operand: steps read a row's words before they write them. */
  used(m, node->a);
  if (has_two) used(m, node->b);
  step->to = m->value[index] = place(m);
}

static uint32_t constant_of(const struct maker *m, const struct stark_node *node)
{
  return node->op == NODE_CONSTANT ? node->a : m->request->publics[node->a];
}

static void make_interaction(struct maker *m, const struct stark_interaction *said, const struct challenges *challenges)
{
  k_t start = k_add(challenges->alpha, k_of(f_add(f_mul(256, said->bus), said->fields)));
  struct step *denominator = add_step(m, DO_DENOMINATOR), *step = 0;
  k_t power = challenges->beta;
  uint32_t count = 0;
  for (uint32_t i = 0; i < said->fields; i++, power = k_mul(power, challenges->beta)) {
    const uint32_t node = m->key->fields[said->fields_at + i];
    if (is_constant(&m->nodes[node])) {
      start = k_add(start, k_mul_f(power, constant_of(m, &m->nodes[node])));
      continue;
    }
    const uint32_t weight = add_weight(m, k_mont(k_mont(power)));
    if (count % 4 == 0) step = add_step(m, DO_FIELDS), step->weight = weight;
    step->of[count % 4] = m->value[node];
    count++;
  }
  for (; count % 4 != 0; count++) add_weight(m, k_of(0));
  denominator->weight = add_weight(m, k_mont(start));
  step = add_step(m, DO_INTERACTION);
  step->of[0] = m->value[said->count];
  step->to = said->is_receive;
}

static void make_chunks(struct maker *m, const struct challenges *challenges)
{
  const struct stark_interaction *interactions = m->key->interactions + m->air->interactions_at;
  k_t weight = k_pow(challenges->lambda, m->air->chunks);
  const k_t inverse = k_inv(challenges->lambda);
  for (uint32_t chunk = 0; chunk < m->air->chunks; chunk++) {
    for (uint32_t i = 0; i < m->air->interactions; i++)
      if (interactions[i].chunk == chunk) make_interaction(m, &interactions[i], challenges);
    weight = k_mul(weight, inverse);
    struct step *step = add_step(m, DO_CHUNK);
    step->to = chunk;
    step->weight = add_weight(m, k_mont(weight));
  }
}

static void use_constraints(struct maker *m)
{
  const uint32_t *constraints = m->key->constraints + m->air->constraints_at;
  for (uint32_t i = 0; i < m->air->constraints; i++) {
    m->next[i] = m->first[constraints[i]];
    m->first[constraints[i]] = i;
    m->uses[constraints[i]]++;
  }
}

static void use_interactions(struct maker *m)
{
  const struct stark_interaction *said = m->key->interactions + m->air->interactions_at;
  for (const struct stark_interaction *end = said + m->air->interactions; said != end; said++) {
    m->uses[said->count]++;
    for (uint32_t f = 0; f < said->fields; f++) {
      const uint32_t node = m->key->fields[said->fields_at + f];
      if (!is_constant(&m->nodes[node])) m->uses[node]++;
    }
  }
}

/* How often each node is used by what is wanted, and constraints by their roots. */
static void count_uses(struct maker *m)
{
  const struct program_request *request = m->request;
  memset(m->uses, 0, m->air->nodes * sizeof *m->uses);
  memset(m->first, 0xff, m->air->nodes * sizeof *m->first);
  if (request->kind == PROGRAM_QUOTIENT) use_constraints(m);
  if (request->kind != PROGRAM_DERIVED) use_interactions(m);
  else for (uint32_t i = 0; i < request->derived_count; i++) m->uses[request->derived[i].node]++;
  for (uint32_t i = m->air->nodes; i-- > 0;) {
    const struct stark_node *node = &m->nodes[i];
    if (m->uses[i] == 0 || is_leaf(node)) continue;
    m->uses[node->a]++;
    if (node->op != NODE_NEG) m->uses[node->b]++;
  }
}

/* All that are used, with constraints as soon as their roots are there. */
static void make_nodes(struct maker *m)
{
  const struct challenges *challenges = m->request->challenges;
  const int has_constraints = m->request->kind == PROGRAM_QUOTIENT;
  /* Constraint i of all, those of chunks included, has the weight lambda^(last - i). */
  const k_t inverse = has_constraints ? k_inv(challenges->lambda) : k_of(0);
  const k_t weight = has_constraints ? k_pow(challenges->lambda, (uint64_t)m->air->constraints + m->air->chunks) : k_of(0);
  for (uint32_t node = 0; node < m->air->nodes; node++) {
    if (m->uses[node] == 0) continue;
    make_node(m, node);
    for (uint32_t i = m->first[node]; i != NONE; i = m->next[i]) {
      m->waiting_weight[m->waits] = k_mul(weight, k_pow(inverse, (uint64_t)i + 1));
      m->waiting[m->waits++] = node;
      if (m->waits == 4) emit_constraints(m);
    }
  }
  emit_constraints(m);
}

static void make_derived(struct maker *m)
{
  for (uint32_t i = 0; i < m->request->derived_count; i++) {
    struct step *step = add_step(m, DO_DERIVED);
    step->to = i;
    step->of[0] = m->value[m->request->derived[i].node];
  }
}

static void *cut(uint8_t **memory, uint64_t bytes)
{
  void *at = *memory;
  *memory += bytes;
  return at;
}

static int by_column(const void *a, const void *b)
{
  const uint32_t x = ((const struct loaded *)a)->column, y = ((const struct loaded *)b)->column;
  return (x > y) - (x < y);
}

void program_make(struct program *program, const struct program_request *request, void *memory)
{
  const struct stark_key *key = request->key;
  const struct stark_air *air = &key->airs[request->air];
  const struct stark_interaction *interactions = key->interactions + air->interactions_at;
  struct maker maker = { .program = program, .request = request, .key = key, .air = air, .nodes = key->nodes + air->nodes_at };
  struct maker *m = &maker;
  uint8_t *at = memory;
  const uint64_t nodes = (uint64_t)air->nodes + 1;
  m->weight = cut(&at, weight_count(air, interactions) * sizeof *m->weight);
  m->steps = cut(&at, step_count(air, interactions) * sizeof *m->steps);
  for (uint32_t kind = 0; kind < LOADED_KINDS; kind++) m->loaded[kind] = cut(&at, nodes * sizeof(struct loaded));
  m->constants = cut(&at, nodes * sizeof(struct loaded));
  m->value = cut(&at, nodes * sizeof(uint32_t));
  m->uses = cut(&at, nodes * sizeof(uint32_t));
  m->spare = cut(&at, nodes * sizeof(uint32_t));
  m->first = cut(&at, nodes * sizeof(uint32_t));
  m->next = cut(&at, air->constraints * sizeof(uint32_t));
  *program = (struct program){ .steps = m->steps, .weight = m->weight, .constants = m->constants, .values = VALUE_OTHERS };
  for (uint32_t kind = 0; kind < LOADED_KINDS; kind++) program->loaded[kind] = m->loaded[kind];

  count_uses(m);
  make_nodes(m);
  for (uint32_t kind = 0; kind < LOADED_KINDS; kind++) qsort(m->loaded[kind], program->loads[kind], sizeof(struct loaded), by_column);
  if (request->kind == PROGRAM_DERIVED) make_derived(m);
  else make_chunks(m, request->challenges);
}
