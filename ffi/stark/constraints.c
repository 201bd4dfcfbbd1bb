/* Constraints of all tables at zeta, against the quotients. */
#include "verifier.h"

/* One AIR at zeta. */
struct at_zeta {
  struct verifier *v;
  const struct stark_air *air;
  const struct verifier_place *place;
  uint32_t height, inverse_root; /* form */
  k_t power, vanishing;          /* zeta^n, zeta^n - 1 */
};

/* 1 / 2^k: a product of halves. */
static uint32_t inverse_power_of_two(uint32_t k) { return w_pow(w_of((F_P + 1) / 2), k); }

/* 1 on the row of `root`, 0 on all others. */
static k_t row_of(const struct at_zeta *z, uint32_t root)
{
  k_t difference = z->v->zeta;
  difference.c[0] = f_sub(difference.c[0], root);
  const uint32_t scale = w_mul(root, inverse_power_of_two(z->height));
  return v_mul(v_scale(z->vanishing, scale), v_inv(difference));
}

/* Many factors are constants. */
static inline k_t product(k_t a, k_t b)
{
  if (v_is_word(a)) return v_scale(b, a.c[0]);
  if (v_is_word(b)) return v_scale(a, b.c[0]);
  return v_mul(a, b);
}

static void evaluate(const struct at_zeta *z)
{
  const struct verifier *const v = z->v;
  const struct verifier_place *const place = z->place;
  const k_t *const mains[2] = { v->openings + place->at[KIND_MAIN], v->openings + place->next[KIND_MAIN] };
  const k_t *const fixed[2] = { v->openings + place->at[KIND_FIXED], v->openings + place->next[KIND_FIXED] };
  const k_t *const nodes = v->nodes;
  const struct stark_node *node = v->key->nodes + z->air->nodes_at;
  k_t *value = v->nodes;
  for (const struct stark_node *const end = node + z->air->nodes; node != end; node++, value++) {
    const uint32_t a = node->a, b = node->b;
    switch (node->op) {
      case NODE_CONSTANT: *value = v_of_word(a); break;
      case NODE_MAIN: *value = v_of(mains[b][a]); break;
      case NODE_FIXED: *value = v_of(fixed[b][a]); break;
      case NODE_PUBLIC: *value = v_of_word(v->publics[place->publics + a]); break;
      case NODE_FIRST: *value = row_of(z, W_ONE); break;
      case NODE_LAST: *value = row_of(z, z->inverse_root); break;
      case NODE_TRANSITION:
        *value = v->zeta;
        value->c[0] = f_sub(value->c[0], z->inverse_root);
        break;
      case NODE_ADD: *value = k_add(nodes[a], nodes[b]); break;
      case NODE_SUB: *value = k_sub(nodes[a], nodes[b]); break;
      case NODE_MUL: *value = product(nodes[a], nodes[b]); break;
      default: *value = k_neg(nodes[a]); break;
    }
  }
}

/* An element that is committed as four columns, each opened in K. */
static k_t joined(const k_t *columns)
{
  k_t sum = v_of(columns[3]);
  for (int i = 2; i >= 0; i--) sum = k_add(v_shift(sum), v_of(columns[i]));
  return sum;
}

static k_t denominator(const struct at_zeta *z, const struct stark_interaction *said)
{
  const struct verifier *const v = z->v;
  const uint32_t *const fields = v->key->fields + said->fields_at;
  uint32_t i = said->fields - 1;
  k_t sum = v->nodes[fields[i]];
  while (i-- > 0) sum = v_times_and(sum, &v->beta, v->nodes[fields[i]]);
  sum = v_times_and(sum, &v->beta, v->alpha);
  sum.c[0] = f_add(sum.c[0], w_of(256 * said->bus + said->fields));
  return sum;
}

/* Of each chunk, its denominator and its numerator, side by side. */
static void add_interactions(const struct at_zeta *z)
{
  const struct verifier *const v = z->v;
  const struct stark_interaction *said = v->key->interactions + z->air->interactions_at;
  uint32_t begun = 0;
  for (const struct stark_interaction *const end = said + z->air->interactions; said != end; said++) {
    const struct v_factor d = v_factor(denominator(z, said));
    const k_t count = v->nodes[said->count];
    const k_t signed_count = said->is_receive ? k_neg(count) : count;
    k_t *const chunk = v->chunks + 2 * said->chunk;
    if (said->chunk == begun) {
      begun++;
      chunk[0] = (k_t){ { d.c[0], d.c[1], d.c[2], d.c[3] } };
      chunk[1] = signed_count;
    } else {
      chunk[1] = v_times_and(chunk[1], &d, v_mul(signed_count, chunk[0]));
      chunk[0] = v_times(chunk[0], &d);
    }
  }
}

/* acc goes on with the constraints of the chunks. `bus_sum`: of the table, canonical. */
static k_t with_chunks(const struct at_zeta *z, k_t acc, const k_t *bus_sum)
{
  const struct verifier *const v = z->v;
  const k_t *const columns = v->openings + z->place->at[KIND_SUM];
  const uint32_t last = z->air->chunks - 1;
  add_interactions(z);
  k_t others = { { 0 } };
  for (uint32_t c = 0; c < last; c++) {
    const k_t phi = joined(columns + STARK_SUM_COLUMNS * c);
    const k_t *const chunk = v->chunks + 2 * c;
    acc = v_times_and(acc, &v->lambda, k_sub(v_mul(phi, chunk[0]), chunk[1]));
    others = k_add(others, phi);
  }
  const k_t share = v_scale(v_of(*bus_sum), inverse_power_of_two(z->height));
  const k_t step = k_sub(joined(v->openings + z->place->next[KIND_SUM]), joined(columns + STARK_SUM_COLUMNS * last));
  const k_t *const chunk = v->chunks + 2 * last;
  const k_t rest = k_sub(k_add(step, share), others);
  return v_times_and(acc, &v->lambda, k_sub(v_mul(rest, chunk[0]), chunk[1]));
}

int verifier_constraints(struct verifier *v)
{
  const k_t *bus_sum = (const k_t *)v->view[PROOF_SUMS].at;
  for (uint32_t i = 0; i < v->key->parameters->airs; i++) {
    const struct stark_air *const air = v->key->airs + i;
    if (!stark_is_present(v->heights[i])) continue;
    struct at_zeta z = { .v = v, .air = air, .place = v->places + i, .height = v->heights[i] };
    z.inverse_root = z.height == 0 ? W_ONE : v->inverse_root[z.height - 1];
    z.power = v->zeta;
    for (uint32_t k = 0; k < z.height; k++) z.power = v_mul(z.power, z.power);
    z.vanishing = z.power;
    z.vanishing.c[0] = f_sub(z.vanishing.c[0], W_ONE);
    evaluate(&z);

    k_t acc = { { 0 } };
    const uint32_t *constraint = v->key->constraints + air->constraints_at;
    for (const uint32_t *const end = constraint + air->constraints; constraint != end; constraint++)
      acc = v_times_and(acc, &v->lambda, v->nodes[*constraint]);
    if (air->interactions > 0) acc = with_chunks(&z, acc, bus_sum++);

    const k_t *const quotient = v->openings + z.place->at[KIND_QUOTIENT];
    k_t value = joined(quotient + 4 * (air->parts - 1));
    for (uint32_t part = air->parts - 1; part-- > 0;) value = v_mul_and(value, z.power, joined(quotient + 4 * part));
    if (!k_is_equal(acc, v_mul(value, z.vanishing))) return verifier_fail(v, STEP_CONSTRAINTS, FLAW_CONSTRAINTS, PROOF_OPENINGS, i);
  }
  return 1;
}
