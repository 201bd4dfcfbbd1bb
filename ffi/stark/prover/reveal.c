/* What is opened, and the one word that all of it is folded in. */
#include <string.h>
#include "layout.h"

static k_t next_point(const struct prover *p, uint32_t log_n) { return k_mul_f(p->zeta, f_root(log_n)); }

/* Columns of a group that are opened where the next row is: from the first to behind the last. */
static void next_range(const struct prover *p, uint32_t tree, const struct group *group, uint32_t *from, uint32_t *to)
{
  *from = *to = 0;
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    const struct part *part = part_in_tree(p, i, tree);
    if (part == 0 || part->group != group || part->nexts == 0) continue;
    const uint32_t end = part->offset + part->width;
    if (*to == 0) *from = end - part->nexts;
    *to = end;
  }
}

/* Sums times (z^n - g^n) / (n g^n) are the values at z. */
static k_t scale_at(uint32_t log_n, k_t z)
{
  const uint64_t n = UINT64_C(1) << log_n;
  const uint32_t power = f_pow(F_G, n);
  return k_mul_f(k_sub(k_pow(z, n), k_of(power)), f_inv(f_mul((uint32_t)n, power)));
}

static void write_openings(const struct prover *p, uint32_t tree, const struct group *group, const k_t scale[2], k_t *openings)
{
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    const struct part *part = part_in_tree(p, i, tree);
    if (part == 0 || part->group != group) continue;
    for (uint32_t k = 0; k < part->width; k++) openings[part->opened + k] = k_mul(p->row[0][part->offset + k], scale[0]);
    const uint32_t next = part->offset + part->width - part->nexts;
    for (uint32_t k = 0; k < part->nexts; k++) openings[part->opened_next + k] = k_mul(p->row[1][next + k], scale[1]);
  }
}

/* Of one height: weights of rows at both points, then all groups. */
static int reveal_height(struct prover *p, uint32_t log_n, k_t *openings)
{
  const k_t z[2] = { p->zeta, next_point(p, log_n) };
  const k_t scale[2] = { scale_at(log_n, z[0]), scale_at(log_n, z[1]) };
  k_t *weight[2] = { p->points, p->half };
  int is_weighed[2] = { 0, 0 };
  for (uint32_t t = 0; t < p->shape->trees; t++) {
    const struct group *group = committed_group(p->tree[t], log_n);
    if (group == 0) continue;
    uint32_t from[2] = { 0 }, to[2] = { group->width };
    next_range(p, t, group, &from[1], &to[1]);
    for (uint32_t k = 0; k < 2; k++) {
      if (is_weighed[k] || from[k] == to[k]) continue;
      const int answer = p->variant->weigh(p, log_n, z[k], weight[k]);
      if (answer != STARK_DONE) return answer;
      is_weighed[k] = 1;
    }
    const int answer = p->variant->open(p, group, (const k_t *const *)weight, from, to, p->row);
    if (answer != STARK_DONE) return answer;
    write_openings(p, t, group, scale, openings);
  }
  return STARK_DONE;
}

int stark_reveal(struct prover *p, k_t *openings)
{
  uint64_t rows = 0;
  for (uint32_t t = 0; t < p->shape->trees; t++)
    for (uint32_t g = 0; g < p->tree[t]->groups; g++) rows += UINT64_C(1) << p->tree[t]->group[g].log_n;
  stark_begin_stage(p->work, STAGE_OPENINGS, rows);
  for (uint32_t log_n = 0; log_n <= p->shape->log_trace; log_n++) {
    const int answer = reveal_height(p, log_n, openings);
    if (answer != STARK_DONE) return answer;
  }
  return STARK_DONE;
}

/* Powers of gamma at the columns of a group, coordinate by coordinate, and what they make of the values that were opened. */
static void weigh_group(const struct prover *p, uint32_t tree, const struct group *group, uint32_t *weight, const k_t *openings, k_t claim[2])
{
  const uint64_t room = group_room(group);
  memset(weight, 0, 8 * room * sizeof *weight);
  for (uint32_t i = 0; i < p->key->parameters->airs; i++) {
    const struct part *part = part_in_tree(p, i, tree);
    if (part == 0 || part->group != group) continue;
    for (uint32_t at = 0; at < 2; at++) {
      const uint32_t count = at == 0 ? part->width : part->nexts, first = at == 0 ? part->opened : part->opened_next;
      uint32_t *to = weight + at * 4 * room + part->offset + part->width - count;
      for (uint32_t k = 0; k < count; k++) {
        const k_t power = p->powers[first + k];
        for (uint32_t c = 0; c < 4; c++) to[c * room + k] = f_mont(power.c[c]);
        claim[at] = k_add(claim[at], k_mul(power, openings[first + k]));
      }
    }
  }
}

static int combine_height(struct prover *p, uint32_t log_n, const k_t *openings, struct combine_request *request)
{
  request->log_height = log_n + p->blowup;
  request->groups = 0;
  request->has_next = 0;
  request->point[0] = p->zeta;
  request->point[1] = next_point(p, log_n);
  request->claim[0] = request->claim[1] = k_of(0);
  for (uint32_t t = 0; t < p->shape->trees; t++) {
    const struct group *group = committed_group(p->tree[t], log_n);
    if (group == 0) continue;
    const uint32_t g = request->groups++;
    uint32_t *weight = p->weight[t][group - p->tree[t]->group];
    weigh_group(p, t, group, weight, openings, request->claim);
    request->group[g] = group;
    request->from[g][0] = 0;
    request->to[g][0] = group->width;
    next_range(p, t, group, &request->from[g][1], &request->to[g][1]);
    request->weight[g][0] = weight;
    request->weight[g][1] = weight + 4 * group_room(group);
    request->has_next |= request->to[g][1] > 0;
  }
  return p->variant->combine(p, request);
}

int stark_combine(struct prover *p, const k_t *openings)
{
  const uint32_t highest = p->shape->log_trace;
  k_t power = k_of(1);
  for (uint32_t e = 0; e < p->shape->openings; e++, power = k_mul(power, p->gamma)) p->powers[e] = power;
  int is_there[STARK_MOST_LOG_HEIGHT + 1] = { 0 };
  uint32_t left = 0;
  uint64_t rows = 0;
  for (uint32_t log_n = 0; log_n <= highest; log_n++) {
    for (uint32_t t = 0; t < p->shape->trees; t++) is_there[log_n] |= committed_group(p->tree[t], log_n) != 0;
    if (is_there[log_n]) left++, rows += UINT64_C(1) << (log_n + p->blowup);
  }
  stark_begin_stage(p->work, STAGE_COMBINE, rows);
  /* From the lowest to the highest, which has to come to lie in p->points. */
  struct combine_request request = { 0 };
  uint32_t before = 0;
  for (uint32_t log_n = 0; log_n <= highest; log_n++) {
    if (!is_there[log_n]) continue;
    request.out = --left % 2 == 0 ? p->points : p->half;
    request.before_shift = log_n - before;
    const int answer = combine_height(p, log_n, openings, &request);
    if (answer != STARK_DONE) return answer;
    request.before = request.out;
    before = log_n;
  }
  return STARK_DONE;
}
