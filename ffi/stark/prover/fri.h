/* The word that FRI is about: all columns, weighed, divided and lifted to one height; and its folds. */

/* All groups of one height, which are summed row by row, at two points. */
struct combine {
  struct prover *prover;
  uint32_t log_height, groups;
  const struct group *group[STARK_MOST_TREES];
  /* For each group and point: four rows of words, one for each coordinate, in Montgomery form; 0: nothing is opened there. */
  const uint32_t *weight[STARK_MOST_TREES][2];
  /* Where the weights are not 0, in columns. */
  uint32_t from[STARK_MOST_TREES][2], to[STARK_MOST_TREES][2];
  struct pole pole[2];
  struct turn turn;
  k_t claim[2];
  int has_next;
  const k_t *before;
  uint32_t before_shift;
  k_t *out;
};

/* Adds to both sums what a group's columns come to in VEC rows. */
INLINE void weigh_rows_of(kvec sum[2], const struct combine *combine, uint32_t g, const uint32_t *const rows[VEC])
{
  const uint64_t room = group_room(combine->group[g]);
  for (uint32_t column = 0; column < combine->to[g][0]; column += 8) {
    vec cell[8];
    vec_columns(cell, rows, column);
    for (uint32_t point = 0; point < 2; point++) {
      if (column + 8 <= combine->from[g][point] || column >= combine->to[g][point]) continue;
      for (uint32_t half = 0; half < 8 && column + half < combine->to[g][point]; half += 4)
        for (uint32_t i = 0; i < 4; i++) {
          const uint32_t *w = combine->weight[g][point] + i * room + column + half;
          const vec *c = cell + half;
          const wide products = wide_add(wide_add(wide_mul(c[0], vec_all(w[0])), wide_mul(c[1], vec_all(w[1]))),
                                         wide_add(wide_mul(c[2], vec_all(w[2])), wide_mul(c[3], vec_all(w[3]))));
          sum[point].c[i] = vec_add(sum[point].c[i], wide_redc4(products));
        }
    }
  }
}

static void combine_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct combine *combine = of;
  const uint32_t rows = rows_of_piece(combine->log_height);
  (void)thread;
  for (uint32_t from = 0; from < rows; from += BLOCK) {
    const uint64_t first = piece * PIECE + from;
    const uint32_t count = rows - from < BLOCK ? rows - from : BLOCK;
    klanes sum[2], inverse;
    uint32_t x[BLOCK];
    EACH {
      kvec all[2] = { kvec_all((const uint32_t[4]){ 0 }), kvec_all((const uint32_t[4]){ 0 }) };
      for (uint32_t g = 0; g < combine->groups; g++) {
        const struct group *group = combine->group[g];
        const uint32_t *row[VEC];
        for (uint32_t k = 0; k < VEC; k++) row[k] = group->rows + (first + ((at + k) & (count - 1))) * group->stride;
        weigh_rows_of(all, combine, g, row);
      }
      for (uint32_t point = 0; point < 2; point++) klanes_store(&sum[point], at, all[point]);
    }
    points_of(x, &combine->turn, first >> LOG_BLOCK, F_G);
    klanes value;
    for (uint32_t point = 0; point <= (uint32_t)combine->has_next; point++) {
      divide_all(&inverse, x, &combine->pole[point]);
      const kvec claim = kvec_all(combine->claim[point].c);
      EACH {
        const kvec term = kvec_mul_m(kvec_sub(klanes_load(&sum[point], at), claim), klanes_load(&inverse, at));
        klanes_store(&value, at, point == 0 ? term : kvec_add(klanes_load(&value, at), term));
      }
    }
    for (uint32_t u = 0; u < count; u++) {
      const k_t mine = { { value.c[0][u], value.c[1][u], value.c[2][u], value.c[3][u] } };
      combine->out[first + u] = combine->before == 0 ? mine : k_add(mine, combine->before[(first + u) >> combine->before_shift]);
    }
  }
  stark_done(combine->prover->work, rows);
}

static int combine_groups(struct prover *prover, const struct combine_request *request)
{
  struct combine combine = { .prover = prover, .log_height = request->log_height, .groups = request->groups, .turn = turn_of(request->log_height),
                             .has_next = request->has_next, .before = request->before, .before_shift = request->before_shift, .out = request->out };
  for (uint32_t point = 0; point < 2; point++) {
    combine.pole[point] = pole_at(request->point[point]);
    combine.claim[point] = request->claim[point];
    for (uint32_t g = 0; g < request->groups; g++) {
      combine.group[g] = request->group[g];
      combine.weight[g][point] = request->weight[g][point];
      combine.from[g][point] = request->from[g][point];
      combine.to[g][point] = request->to[g][point];
    }
  }
  return stark_each(prover->work, pieces_of(combine.log_height), combine_piece, &combine) ? STARK_DONE : STARK_CANCELLED;
}

struct fold {
  struct stark_work *work;
  const k_t *from;
  k_t *to;
  uint32_t log_leaves, arity;
  /* beta^(2^i) in Montgomery form. */
  kvec beta[3];
  struct turn turn;
  uint32_t inverse_root;
};

/* Leaves side by side: each is folded `arity` times. */
static void fold_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct fold *fold = of;
  const uint32_t leaves = rows_of_piece(fold->log_leaves), entries = 1u << fold->arity, half = (F_P + 1) / 2;
  const uint32_t log_rows = fold->log_leaves < LOG_BLOCK ? fold->log_leaves : LOG_BLOCK, log_blocks = fold->log_leaves - log_rows;
  (void)thread;
  for (uint32_t from = 0; from < leaves; from += BLOCK) {
    const uint64_t first = piece * PIECE + from;
    const uint32_t count = leaves - from < BLOCK ? leaves - from : BLOCK;
    klanes entry[8];
    for (uint32_t u = 0; u < BLOCK; u++) {
      const k_t *leaf = fold->from + ((first + (u & (count - 1))) << fold->arity);
      for (uint32_t t = 0; t < entries; t++)
        for (uint32_t i = 0; i < 4; i++) entry[t].c[i][u] = leaf[t].c[i];
    }
    /* 1 / (2 x) of each leaf, in Montgomery form. */
    uint32_t x[BLOCK];
    const uint32_t start = f_mont(f_mul(half, f_pow(fold->inverse_root, f_reverse((uint32_t)(first >> LOG_BLOCK), log_blocks))));
    EACH vec_store(x + at, vec_mul_m(vec_load(fold->turn.root + at), vec_all(start)));
    for (uint32_t round = 0; round < fold->arity; round++) {
      for (uint32_t pair = 0; pair < entries >> (round + 1); pair++) {
        /* y = x^(2^round) * the root of order 2^(arity - round) with the pair's reversed number */
        const uint32_t left = fold->arity - round;
        const uint32_t turned = f_mont(f_inv(f_pow(f_root(left), f_reverse(pair, left - 1))));
        EACH {
          const kvec e = klanes_load(&entry[2 * pair], at), o = klanes_load(&entry[2 * pair + 1], at);
          const kvec middle = kvec_mul_f_m(kvec_add(e, o), vec_all(f_mont(half)));
          const kvec rest = kvec_mul_f_m(kvec_sub(e, o), vec_mul_m(vec_load(x + at), vec_all(turned)));
          klanes_store(&entry[pair], at, kvec_add(middle, kvec_mul_m(rest, fold->beta[round])));
        }
      }
      /* 1 / (2 x^2) = 2 * (1 / (2 x))^2 */
      EACH {
        const vec y = vec_load(x + at), square = vec_mul_m(y, y);
        vec_store(x + at, vec_add(square, square));
      }
    }
    for (uint32_t u = 0; u < count; u++)
      for (uint32_t i = 0; i < 4; i++) fold->to[first + u].c[i] = entry[0].c[i][u];
  }
  stark_done(fold->work, leaves);
}

static int fold_round(struct stark_work *work, const k_t *from, k_t *to, uint32_t log_height, uint32_t arity, k_t beta)
{
  struct fold fold = { .work = work, .from = from, .to = to, .log_leaves = log_height - arity, .arity = arity };
  for (uint32_t round = 0; round < arity; round++, beta = k_mul(beta, beta))
    for (uint32_t i = 0; i < 4; i++) fold.beta[round].c[i] = vec_all(f_mont(beta.c[i]));
  const uint32_t log_rows = fold.log_leaves < LOG_BLOCK ? fold.log_leaves : LOG_BLOCK;
  /* x of leaf j is the root of order 2^h with the number of j reversed in h - a bits */
  fold.inverse_root = f_inv(f_root(log_height));
  const uint32_t root = f_inv(f_root(arity + log_rows));
  for (uint32_t u = 0; u < BLOCK; u++) fold.turn.root[u] = f_mont(f_pow(root, f_reverse(u, log_rows)));
  return stark_each(work, pieces_of(fold.log_leaves), fold_piece, &fold) ? STARK_DONE : STARK_CANCELLED;
}
