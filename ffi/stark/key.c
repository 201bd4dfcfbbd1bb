/* The check of a verifying key: what it says about itself is computed again, and nothing in it leads outside. */
#include "key.h"
#include "field.h"

enum { PARAMETERS, AIRS, NODES, CONSTRAINTS, INTERACTIONS, FIELDS, ROOTS, ROLES, STARTS, FIRST_SECTION = 0x201 };
enum { MOST_WIDTH = 65536, MOST_PUBLICS = 4096, MOST_WORK = 30, MOST_BUSES = 65536, MOST_FIELDS = 255, MOST_BLOWUP = 3 };

/* The check of one key, and where in it that is. */
struct check {
  struct stark_key *key;
  const struct rvr_view *views;
  struct stark_fault *fault;
  /* Of each node of an AIR: its degree, and in the high half the factors `trans`. */
  uint8_t *degrees;
  /* Of each chunk of an AIR: the degree of its denominator, and how far a term's is above that. */
  struct chunk {
    uint8_t denominator, above;
  } *chunks;
  uint64_t nodes, constraints, interactions, fields;
};

enum { DEGREE = 15, TRANSITIONS = 16 };

static int fail(const struct check *c, enum stark_flaw flaw, int section, uint64_t at)
{
  return stark_fail(c->fault, STEP_KEY, flaw, FIRST_SECTION + (uint32_t)section, (uint32_t)at);
}

static int has_right_parameters(const struct check *c)
{
  const struct stark_parameters *const p = c->key->parameters;
  const uint32_t *const words = (const uint32_t *)c->views[PARAMETERS].at;
  static const struct {
    uint32_t least, most;
  } ranges[16] = {
    { 1, 1 }, { 1, MOST_BLOWUP }, { 0, STARK_MOST_LOG_FINAL }, { 1, STARK_MOST_LOG_ARITY }, { 1, STARK_MOST_QUERIES },
    { 0, MOST_WORK }, { 0, MOST_WORK }, { 0, MOST_WORK }, { 0, MOST_WORK }, { 0, MOST_WORK },
    { 0, STARK_MOST_LOG_HEIGHT }, { 0, MOST_BUSES }, { 1, STARK_MOST_AIRS }, { 0, STARK_MOST_FIXED_TREES }, { 0, 0 }, { 0, 0 },
  };
  for (int i = 0; i < 16; i++)
    if (words[i] < ranges[i].least || words[i] > ranges[i].most) return fail(c, FLAW_PARAMETER, PARAMETERS, i);
  if (p->max_log_height + p->blowup > STARK_MOST_LOG_DOMAIN) return fail(c, FLAW_PARAMETER, PARAMETERS, 10);
  if (c->views[AIRS].count != p->airs) return fail(c, FLAW_PARAMETER, PARAMETERS, 12);
  if (c->views[ROOTS].count != p->trees) return fail(c, FLAW_PARAMETER, PARAMETERS, 13);
  return 1;
}

/* The numbers of an AIR that need nothing but themselves. */
static int has_right_numbers(const struct check *c, const struct stark_air *air, uint32_t at)
{
  const struct stark_parameters *const p = c->key->parameters;
  /* A table without main columns would be a leaf of nothing. */
  const int has_right_widths = air->main >= 1 && air->main <= MOST_WIDTH && air->fixed <= MOST_WIDTH && air->publics <= MOST_PUBLICS;
  if (!has_right_widths || air->max_log_height > p->max_log_height) return fail(c, FLAW_AIR, AIRS, at);
  if (air->fixed > 0) {
    if (air->tree >= p->trees || air->fixed_log_height > air->max_log_height) return fail(c, FLAW_AIR, AIRS, at);
  } else if (air->tree != STARK_ABSENT || air->fixed_log_height != STARK_ABSENT) return fail(c, FLAW_AIR, AIRS, at);
  const int must_be_there = air->fixed > 0 || air->publics > 0;
  if (air->flags > 7 || (must_be_there && !(air->flags & AIR_REQUIRED))) return fail(c, FLAW_FLAGS, AIRS, at);
  if (air->constraints == 0 && air->interactions == 0) return fail(c, FLAW_CONSTRAINT, AIRS, at);
  return 1;
}

/* Do the AIR's parts begin where those before end, and end within their sections? */
static int tiles(struct check *c, const struct stark_air *air, uint32_t at)
{
  const int begins = air->nodes_at == c->nodes && air->constraints_at == c->constraints && air->interactions_at == c->interactions;
  if (!begins) return fail(c, FLAW_RANGE, AIRS, at);
  c->nodes += air->nodes;
  c->constraints += air->constraints;
  c->interactions += air->interactions;
  const int ends = c->nodes <= c->views[NODES].count && c->constraints <= c->views[CONSTRAINTS].count &&
                   c->interactions <= c->views[INTERACTIONS].count;
  return ends || fail(c, FLAW_RANGE, AIRS, at);
}

static uint32_t degree_of_sum(uint32_t a, uint32_t b)
{
  const uint32_t degree = (a & DEGREE) > (b & DEGREE) ? a & DEGREE : b & DEGREE;
  return degree | ((a | b) & ~(uint32_t)DEGREE);
}

/* Degrees of an AIR's nodes; *flags gets what they read. */
static int has_right_nodes(const struct check *c, const struct stark_air *air, uint32_t *flags)
{
  const struct stark_node *const nodes = c->key->nodes + air->nodes_at;
  for (uint32_t i = 0; i < air->nodes; i++) {
    const struct stark_node *const node = nodes + i;
    const uint32_t a = node->a, b = node->b;
    uint32_t degree = 0, is_right = 0;
    switch (node->op) {
      case NODE_CONSTANT: is_right = a < F_P && b == 0; break;
      case NODE_MAIN:
        is_right = a < air->main && b <= 1, degree = 1;
        if (b == 1) *flags |= AIR_READS_MAIN_NEXT;
        break;
      case NODE_FIXED:
        is_right = a < air->fixed && b <= 1, degree = 1;
        if (b == 1) *flags |= AIR_READS_FIXED_NEXT;
        break;
      case NODE_PUBLIC: is_right = a < air->publics && b == 0; break;
      case NODE_FIRST: case NODE_LAST: is_right = a == 0 && b == 0, degree = 1; break;
      case NODE_TRANSITION: is_right = a == 0 && b == 0, degree = TRANSITIONS; break;
      case NODE_ADD: case NODE_SUB:
        is_right = a < i && b < i;
        if (is_right) degree = degree_of_sum(c->degrees[a], c->degrees[b]);
        break;
      case NODE_MUL:
        is_right = a < i && b < i;
        if (is_right) degree = c->degrees[a] + c->degrees[b];
        break;
      case NODE_NEG:
        is_right = a < i && b == 0;
        if (is_right) degree = c->degrees[a];
        break;
    }
    if (!is_right || node->zero != 0) return fail(c, FLAW_NODE, NODES, air->nodes_at + i);
    if ((degree & DEGREE) > STARK_MOST_DEGREE || degree / TRANSITIONS > 1) return fail(c, FLAW_DEGREE, NODES, air->nodes_at + i);
    c->degrees[i] = (uint8_t)degree;
  }
  return 1;
}

static int has_right_constraints(const struct check *c, const struct stark_air *air, uint32_t *most)
{
  for (uint32_t i = 0; i < air->constraints; i++) {
    const uint32_t node = c->key->constraints[air->constraints_at + i];
    if (node >= air->nodes) return fail(c, FLAW_CONSTRAINT, CONSTRAINTS, air->constraints_at + i);
    if ((c->degrees[node] & DEGREE) > *most) *most = c->degrees[node] & DEGREE;
  }
  return 1;
}

static uint32_t greater(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* What the constraint of a chunk with one more term has; a term's `above` counts from STARK_MOST_DEGREE. */
static uint32_t chunk_degree(struct chunk *chunk, uint32_t denominator, uint32_t count)
{
  chunk->denominator += denominator;
  chunk->above = (uint8_t)greater(chunk->above, count + STARK_MOST_DEGREE - denominator);
  return greater(1 + chunk->denominator, chunk->above + chunk->denominator - STARK_MOST_DEGREE);
}

/* Checks an interaction's numbers; the degrees of its denominator and its count. */
static int has_right_interaction(struct check *c, const struct stark_air *air, uint32_t at, uint32_t degrees[2])
{
  const struct stark_interaction *const said = c->key->interactions + at;
  const int is_right = said->bus < c->key->parameters->buses && said->is_receive <= 1 && said->count < air->nodes && said->weight < F_P &&
                       said->fields >= 1 && said->fields <= MOST_FIELDS && said->zero == 0;
  if (!is_right) return fail(c, FLAW_INTERACTION, INTERACTIONS, at);
  if (said->fields_at != c->fields || said->fields > c->views[FIELDS].count - c->fields) return fail(c, FLAW_RANGE, INTERACTIONS, at);
  c->fields += said->fields;
  degrees[0] = 0;
  degrees[1] = c->degrees[said->count];
  for (uint32_t i = 0; i < said->fields; i++) {
    const uint32_t node = c->key->fields[said->fields_at + i];
    if (node >= air->nodes) return fail(c, FLAW_FIELD, FIELDS, said->fields_at + i);
    degrees[0] = degree_of_sum(degrees[0], c->degrees[node]);
  }
  if (((degrees[0] | degrees[1]) & ~(uint32_t)DEGREE) != 0 || degrees[0] + 1 > STARK_MOST_DEGREE) return fail(c, FLAW_DEGREE, INTERACTIONS, at);
  return 1;
}

/* Is each interaction in the first chunk that has room for it? Chunks only fill, so the search goes on where it ended. */
static int has_right_interactions(struct check *c, const struct stark_air *air, uint32_t *most)
{
  uint32_t first[STARK_MOST_DEGREE][STARK_MOST_DEGREE + 1] = { { 0 } }, chunks = 0;
  for (uint32_t i = 0; i < air->interactions; i++) {
    const uint32_t at = air->interactions_at + i;
    uint32_t degrees[2];
    if (!has_right_interaction(c, air, at, degrees)) return 0;
    uint32_t *const chunk = &first[degrees[0]][degrees[1]];
    for (;; ++*chunk) {
      if (*chunk == chunks) c->chunks[chunks++] = (struct chunk){ 0, 0 };
      struct chunk filled = c->chunks[*chunk];
      const uint32_t degree = chunk_degree(&filled, degrees[0], degrees[1]);
      if (degree > STARK_MOST_DEGREE) continue;
      c->chunks[*chunk] = filled;
      *most = greater(*most, degree);
      break;
    }
    if (c->key->interactions[at].chunk != *chunk) return fail(c, FLAW_CHUNK, INTERACTIONS, at);
  }
  return chunks == air->chunks || fail(c, FLAW_CHUNK, AIRS, (uint64_t)(air - c->key->airs));
}

static int has_right_airs(struct check *c)
{
  struct stark_key *const key = c->key;
  uint32_t trees = 0;
  for (uint32_t at = 0; at < key->parameters->airs; at++) {
    const struct stark_air *const air = key->airs + at;
    if (!has_right_numbers(c, air, at) || !tiles(c, air, at)) return 0;
    uint32_t flags = air->flags & AIR_REQUIRED, degree = 0;
    if (!has_right_nodes(c, air, &flags) || !has_right_constraints(c, air, &degree) || !has_right_interactions(c, air, &degree)) return 0;
    if (flags != air->flags) return fail(c, FLAW_FLAGS, AIRS, at);
    if (degree != air->degree || air->parts != (degree == STARK_MOST_DEGREE ? 2 : 1)) return fail(c, FLAW_DEGREE, AIRS, at);
    if (air->fixed > 0) trees |= UINT32_C(1) << air->tree;
    key->publics += air->publics;
    key->most_nodes = greater(key->most_nodes, air->nodes);
    key->most_chunks = greater(key->most_chunks, air->chunks);
  }
  const struct rvr_view *const views = c->views;
  if (c->nodes != views[NODES].count) return fail(c, FLAW_RANGE, NODES, c->nodes);
  if (c->constraints != views[CONSTRAINTS].count) return fail(c, FLAW_RANGE, CONSTRAINTS, c->constraints);
  if (c->interactions != views[INTERACTIONS].count) return fail(c, FLAW_RANGE, INTERACTIONS, c->interactions);
  if (c->fields != views[FIELDS].count) return fail(c, FLAW_RANGE, FIELDS, c->fields);
  for (uint32_t tree = 0; tree < key->parameters->trees; tree++)
    if (!(trees >> tree & 1)) return fail(c, FLAW_TREE, ROOTS, tree);
  return 1;
}

static uint32_t words_of_role(uint32_t role) { return role == ROLE_ROOT_BEFORE || role == ROLE_ROOT_AFTER ? STARK_ROOT_WORDS : 1; }

static int has_right_roles(const struct check *c)
{
  const struct stark_key *const key = c->key;
  for (uint32_t i = 0; i < key->role_count; i++) {
    const struct stark_role_place *const place = key->roles + i;
    if (place->role <= (i > 0 ? place[-1].role : 0) || place->role > STARK_ROLES) return fail(c, FLAW_ROLE, ROLES, i);
    if (place->air >= key->parameters->airs || place->count != words_of_role(place->role)) return fail(c, FLAW_ROLE, ROLES, i);
    const uint32_t publics = key->airs[place->air].publics;
    if (place->first > publics || place->count > publics - place->first) return fail(c, FLAW_ROLE, ROLES, i);
  }
  for (uint32_t i = 0; i < key->start_count; i++) {
    const struct stark_start *const start = key->starts + i;
    const int ascends = i == 0 || start->role > start[-1].role || (start->role == start[-1].role && start->index > start[-1].index);
    const int is_known = start->role == ROLE_PC_BEFORE || start->role == ROLE_ROOT_BEFORE;
    if (!ascends || !is_known || start->zero != 0) return fail(c, FLAW_START_VALUE, STARTS, i);
    if (start->index >= words_of_role(start->role) || start->value >= F_P) return fail(c, FLAW_START_VALUE, STARTS, i);
    uint32_t has_place = 0;
    for (uint32_t j = 0; j < key->role_count; j++) has_place |= key->roles[j].role == start->role;
    if (!has_place) return fail(c, FLAW_START_VALUE, STARTS, i);
  }
  return 1;
}

int stark_key_open(struct stark_key *key, const uint8_t *bytes, uint64_t length, void *memory, struct stark_fault *fault)
{
  struct rvr_view views[RVR_ARCHIVE_MOST_SECTIONS];
  struct rvr_archive_fault flaw;
  if (!rvr_archive_open(views, bytes, length, RVR_ARCHIVE_VKEY, &flaw)) return stark_fail_archive(fault, STEP_KEY, &flaw);
  struct check c = { .key = key, .views = views, .fault = fault };
  if (views[PARAMETERS].count != 16) return fail(&c, FLAW_COUNT, PARAMETERS, views[PARAMETERS].count);
  *key = (struct stark_key){
    .digest = bytes + 32,
    .parameters = (const struct stark_parameters *)views[PARAMETERS].at,
    .airs = (const struct stark_air *)views[AIRS].at,
    .nodes = (const struct stark_node *)views[NODES].at,
    .constraints = (const uint32_t *)views[CONSTRAINTS].at,
    .interactions = (const struct stark_interaction *)views[INTERACTIONS].at,
    .fields = (const uint32_t *)views[FIELDS].at,
    .roots = views[ROOTS].at,
    .roles = (const struct stark_role_place *)views[ROLES].at,
    .starts = (const struct stark_start *)views[STARTS].at,
    .role_count = (uint32_t)views[ROLES].count,
    .start_count = (uint32_t)views[STARTS].count,
  };
  /* A node has 16 bytes in the key, an interaction 32; an AIR has no more chunks than interactions. */
  c.degrees = memory;
  c.chunks = (struct chunk *)(c.degrees + views[NODES].count);
  return has_right_parameters(&c) && has_right_airs(&c) && has_right_roles(&c);
}
