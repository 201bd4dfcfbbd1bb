/* 1 / (x - z) for BLOCK points x of F at once, z in K. Included after evaluate.h. */

/*
 * With m the polynomial over F that z and its conjugates are the roots of, and m(Y) = (Y - z) r(Y): 1 / (x - z) is
 * r(x) / m(x), so what has to be inverted lies in F.
 */
struct pole {
  k_t z;
  /* m = Y^4 + m[3] Y^3 + ... and r = Y^3 + r[2] Y^2 + ..., all in Montgomery form. */
  uint32_t m[4];
  k_t r[3];
};

/* a^(p^times): X^p is X times a root of order 4. */
static k_t conjugate(k_t a, uint32_t times)
{
  const uint32_t root = f_pow(K_W, (uint64_t)times * ((F_P - 1) / 4)), square = f_mul(root, root);
  return (k_t){ { a.c[0], f_mul(a.c[1], root), f_mul(a.c[2], square), f_mul(a.c[3], f_mul(square, root)) } };
}

static struct pole pole_at(k_t z)
{
  k_t m[5] = { { { 1 } } };
  for (uint32_t times = 0; times < 4; times++) {
    const k_t root = conjugate(z, times);
    /* m * (Y - root) */
    for (uint32_t i = times + 1; i > 0; i--) m[i] = k_sub(m[i - 1], k_mul(m[i], root));
    m[0] = k_neg(k_mul(m[0], root));
  }
  const k_t r2 = k_add(m[3], z), r1 = k_add(m[2], k_mul(z, r2)), r0 = k_add(m[1], k_mul(z, r1));
  struct pole pole = { .z = z, .r = { r0, r1, r2 } };
  for (uint32_t i = 0; i < 4; i++) pole.m[i] = f_mont(m[i].c[0]);
  for (uint32_t i = 0; i < 3; i++)
    for (uint32_t j = 0; j < 4; j++) pole.r[i].c[j] = f_mont(pole.r[i].c[j]);
  return pole;
}

/* All in Montgomery form. */
static void divide_all(klanes *to, const uint32_t x[BLOCK], const struct pole *pole)
{
  uint32_t m[BLOCK], product[BLOCK];
  vec all = vec_all(f_mont(1));
  EACH {
    const vec y = vec_load(x + at);
    vec value = vec_add(y, vec_all(pole->m[3]));
    for (uint32_t i = 3; i-- > 0;) value = vec_add(vec_mul_m(value, y), vec_all(pole->m[i]));
    vec_store(m + at, value);
    vec_store(product + at, all);
    all = vec_mul_m(all, value);
  }
  vec inverse = vec_inv_m(all);
  for (uint32_t at = BLOCK; at > 0;) {
    at -= VEC;
    const vec y = vec_load(x + at), mine = vec_mul_m(inverse, vec_load(product + at));
    inverse = vec_mul_m(inverse, vec_load(m + at));
    for (uint32_t i = 0; i < 4; i++) {
      vec r = i == 0 ? vec_add(y, vec_all(pole->r[2].c[0])) : vec_all(pole->r[2].c[i]);
      r = vec_add(vec_mul_m(r, y), vec_all(pole->r[1].c[i]));
      r = vec_add(vec_mul_m(r, y), vec_all(pole->r[0].c[i]));
      vec_store(to->c[i] + at, vec_mul_m(r, mine));
    }
  }
}

/* What the points of BLOCK rows in bit-reversed order have in common: roots of order BLOCK, in Montgomery form. */
struct turn {
  uint32_t log_height, log_rows;
  uint32_t root[BLOCK];
};

static struct turn turn_of(uint32_t log_height)
{
  struct turn turn = { .log_height = log_height, .log_rows = log_height < LOG_BLOCK ? log_height : LOG_BLOCK };
  for (uint32_t u = 0; u < BLOCK; u++) turn.root[u] = f_mont(f_pow(f_root(turn.log_rows), f_reverse(u, turn.log_rows)));
  return turn;
}

/* shift * the points of the rows block * BLOCK and so on, in Montgomery form. */
static void points_of(uint32_t x[BLOCK], const struct turn *turn, uint64_t block, uint32_t shift)
{
  const uint32_t log_blocks = turn->log_height - turn->log_rows;
  const uint32_t first = f_mul(shift, f_pow(f_root(turn->log_height), f_reverse((uint32_t)block, log_blocks)));
  const vec times = vec_all(f_mont(first));
  EACH vec_store(x + at, vec_mul_m(vec_load(turn->root + at), times));
}
