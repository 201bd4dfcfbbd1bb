/* The values of all columns at zeta and, of some, where the next row is: sums over the rows of one coset. */

/* p(z) = (z^n - g^n) / (n g^n) * sum of p(x) * x / (z - x) over the x of g * H_n. Weights are what stands behind p(x). */
struct weigh {
  struct pole pole;
  struct turn turn;
  k_t *weight;
  uint32_t log_n;
};

enum { LOG_WEIGHED = 12 };

static void weigh_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct weigh *weigh = of;
  const uint32_t log_piece = weigh->log_n < LOG_WEIGHED ? weigh->log_n : LOG_WEIGHED;
  const uint64_t first = piece << log_piece, end = first + (UINT64_C(1) << log_piece);
  (void)thread;
  for (uint64_t row = first; row < end; row += BLOCK) {
    uint32_t x[BLOCK];
    klanes inverse;
    points_of(x, &weigh->turn, row >> LOG_BLOCK, F_G);
    divide_all(&inverse, x, &weigh->pole);
    EACH {
      const vec y = vec_sub(vec_all(0), vec_load(x + at));
      klanes_store(&inverse, at, kvec_mul_f_m(klanes_load(&inverse, at), y));
    }
    for (uint32_t u = 0; u < BLOCK && row + u < end; u++)
      for (uint32_t i = 0; i < 4; i++) weigh->weight[row + u].c[i] = inverse.c[i][u];
  }
}

struct open {
  struct prover *prover;
  const struct group *group;
  const k_t *weight[2];
  /* For each thread, a row of elements for each point. */
  k_t *sum[2];
  /* Of the first and behind the last column that is opened at the point. */
  uint32_t from[2], to[2];
};

/* Rows whose weights and columns stay in the cache. */
enum { TILE = 64 };

static void open_columns(k_t *sum, const uint32_t *rows, uint64_t stride, const k_t *weight, uint32_t count)
{
  vec value[4];
  for (uint32_t i = 0; i < 4; i++) value[i] = vec_all(0);
  uint32_t row = 0;
  for (; row + 4 <= count; row += 4, rows += 4 * stride, weight += 4) {
    const vec cell[4] = { vec_load(rows), vec_load(rows + stride), vec_load(rows + 2 * stride), vec_load(rows + 3 * stride) };
    for (uint32_t i = 0; i < 4; i++) value[i] = vec_add(value[i], wide_redc4(four_products(cell, weight, i)));
  }
  for (; row < count; row++, rows += stride, weight++)
    for (uint32_t i = 0; i < 4; i++) value[i] = vec_add(value[i], vec_mul_m(vec_load(rows), vec_all(weight->c[i])));
  uint32_t words[4][VEC];
  for (uint32_t i = 0; i < 4; i++) vec_store(words[i], value[i]);
  for (uint32_t k = 0; k < VEC; k++)
    sum[k] = k_add(sum[k], (k_t){ { words[0][k], words[1][k], words[2][k], words[3][k] } });
}

static void open_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct open *open = of;
  const struct group *group = open->group;
  const uint32_t rows = rows_of_piece(group->log_n);
  const uint64_t first = piece * PIECE;
  for (uint32_t from = 0; from < rows; from += TILE) {
    const uint32_t count = rows - from < TILE ? rows - from : TILE;
    for (uint32_t at = 0; at < 2; at++) {
      k_t *sum = open->sum[at] + thread * group_room(group);
      for (uint32_t column = open->from[at] & ~(VEC - 1u); column < open->to[at]; column += VEC)
        open_columns(sum + column, group->rows + (first + from) * group->stride + column, group->stride, open->weight[at] + first + from, count);
    }
  }
  stark_done(open->prover->work, rows);
}

static int weigh_rows(struct prover *prover, uint32_t log_n, k_t z, k_t *weight)
{
  struct weigh weigh = { .pole = pole_at(z), .turn = turn_of(log_n), .weight = weight, .log_n = log_n };
  const uint64_t pieces = log_n <= LOG_WEIGHED ? 1 : UINT64_C(1) << (log_n - LOG_WEIGHED);
  return stark_each(prover->work, pieces, weigh_piece, &weigh) ? STARK_DONE : STARK_CANCELLED;
}

/* The sums of the group's columns from[k] to to[k] with weight[k], `value` has room for a row of elements for each point. */
static int open_group(struct prover *prover, const struct group *group, const k_t *const weight[2], const uint32_t from[2], const uint32_t to[2], k_t *const value[2])
{
  const uint32_t threads = prover->work->threads;
  struct open open = { .prover = prover, .group = group };
  const uint64_t row = group_room(group) * sizeof(k_t);
  for (uint32_t k = 0; k < 2; k++) {
    open.weight[k] = weight[k];
    open.from[k] = from[k];
    open.to[k] = to[k];
    open.sum[k] = (k_t *)(prover->scratch + k * threads * row);
    memset(open.sum[k], 0, threads * row);
  }
  if (!stark_each(prover->work, pieces_of(group->log_n), open_piece, &open)) return STARK_CANCELLED;
  for (uint32_t k = 0; k < 2; k++)
    for (uint32_t column = from[k]; column < to[k]; column++) {
      value[k][column] = k_of(0);
      for (uint32_t thread = 0; thread < threads; thread++)
        value[k][column] = k_add(value[k][column], open.sum[k][thread * group_room(group) + column]);
    }
  return STARK_DONE;
}
