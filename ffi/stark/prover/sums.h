/* The sum tables: for each chunk of interactions its fractions, then the running sum of all. */

struct sums {
  struct prover *prover;
  struct air_state *air;
  struct program program;
  /* Of each piece: what its rows come to, then where its running sum begins. */
  k_t *piece;
  k_t share;
  int has_zero;
};

struct sums_block {
  struct block block;
  /* Of each chunk, and the product of the denominators so far. */
  struct fraction *chunk;
  klanes *product, total;
};

static void keep_chunk(void *of, struct block *block, const struct step *step, const k_t *weight)
{
  const uint32_t number = step->to;
  struct sums_block *b = of;
  (void)weight;
  b->chunk[number] = block->chunk;
  if (number == 0) b->product[0] = block->chunk.below;
  else EACH klanes_store(&b->product[number], at, kvec_mul_m(klanes_load(&b->product[number - 1], at), klanes_load(&block->chunk.below, at)));
}

/* One inversion for the denominators of all chunks. Returns whether one is 0. */
static int divide(struct sums_block *b, uint32_t chunks)
{
  int has_zero = 0;
  EACH {
    uint32_t norms[VEC];
    vec norm;
    kvec inverse = kvec_inv_m(klanes_load(&b->product[chunks - 1], at), &norm), total = kvec_all((const uint32_t[4]){ 0 });
    vec_store(norms, norm);
    for (uint32_t k = 0; k < VEC; k++) has_zero |= norms[k] == 0;
    for (uint32_t c = chunks; c-- > 0;) {
      struct fraction *chunk = &b->chunk[c];
      const kvec mine = c == 0 ? inverse : kvec_mul_m(inverse, klanes_load(&b->product[c - 1], at));
      if (c > 0) inverse = kvec_mul_m(inverse, klanes_load(&chunk->below, at));
      const kvec term = chunk->terms == 1 ? kvec_mul_f_m(mine, vec_load(chunk->above.c[0] + at)) : kvec_mul_m(klanes_load(&chunk->above, at), mine);
      klanes_store(&chunk->above, at, term);
      total = kvec_add(total, term);
    }
    klanes_store(&b->total, at, total);
  }
  return has_zero;
}

static k_t block_total(const klanes *total, uint32_t rows)
{
  k_t sum = { { 0 } };
  for (uint32_t i = 0; i < 4; i++)
    for (uint32_t row = 0; row < rows; row++) sum.c[i] = f_add(sum.c[i], total->c[i][row]);
  return sum;
}

static uint32_t *sum_row(const struct sums *sums, uint64_t row)
{
  const struct part *part = &sums->air->part[KIND_SUM];
  return part->group->rows + row * part->group->stride + part->offset;
}

static void write_block(const struct sums *sums, const struct sums_block *b, uint64_t from, uint32_t rows)
{
  const uint32_t chunks = sums->air->air->chunks;
  for (uint32_t row = 0; row < rows; row++) {
    uint32_t *to = sum_row(sums, from + row);
    for (uint32_t c = 0; c + 1 < chunks; c++, to += 4)
      for (uint32_t i = 0; i < 4; i++) to[i] = b->chunk[c].above.c[i][row];
    for (uint32_t i = 0; i < 4; i++) to[i] = b->total.c[i][row];
  }
}

static void sum_piece(void *of, uint64_t piece, uint32_t thread)
{
  struct sums *sums = of;
  const struct air_state *air = sums->air;
  const uint32_t rows = rows_of_piece(air->log_n), chunks = air->air->chunks;
  uint8_t *scratch = sums->prover->scratch + thread * sums->prover->scratch_bytes;
  struct sums_block *b = (struct sums_block *)scratch;
  b->block.words = (uint32_t *)(b + 1);
  b->chunk = (struct fraction *)(b->block.words + (uint64_t)sums->program.values * BLOCK);
  b->product = (klanes *)(b->chunk + chunks);
  block_begin(&b->block, &sums->program);
  k_t all = k_of(0);
  for (uint32_t from = 0; from < rows; from += BLOCK) {
    const uint32_t count = rows - from < BLOCK ? rows - from : BLOCK;
    load_traces(sums->air, &sums->program, &b->block, piece * PIECE + from);
    run_steps(&b->block, &sums->program, keep_chunk, b);
    if (divide(b, chunks)) __atomic_store_n(&sums->has_zero, 1, __ATOMIC_RELAXED);
    write_block(sums, b, piece * PIECE + from, count);
    all = k_add(all, block_total(&b->total, count));
  }
  sums->piece[piece] = all;
  stark_done(sums->prover->work, rows);
}

static void run_piece(void *of, uint64_t piece, uint32_t thread)
{
  struct sums *sums = of;
  const uint32_t last = 4 * (sums->air->air->chunks - 1), rows = rows_of_piece(sums->air->log_n);
  k_t sum = sums->piece[piece];
  (void)thread;
  for (uint32_t row = 0; row < rows; row++) {
    uint32_t *at = sum_row(sums, piece * PIECE + row) + last;
    const k_t mine = { { at[0], at[1], at[2], at[3] } };
    for (uint32_t i = 0; i < 4; i++) at[i] = sum.c[i];
    sum = k_add(sum, k_sub(mine, sums->share));
  }
}

static uint64_t sums_scratch(const struct stark_key *key, uint32_t air, uint64_t values)
{
  return sizeof(struct sums_block) + values * BLOCK * sizeof(uint32_t) +
    key->airs[air].chunks * (sizeof(struct fraction) + sizeof(klanes));
}

/* Traces of the sum table of an AIR, and what it comes to. */
static int sum_table(struct prover *prover, uint32_t index)
{
  struct air_state *air = &prover->airs[index];
  struct sums sums = { .prover = prover, .air = air, .piece = prover->points };
  make_program(&sums.program, prover, index, PROGRAM_SUMS);
  const uint64_t pieces = pieces_of(air->log_n);
  if (!stark_each(prover->work, pieces, sum_piece, &sums)) return STARK_CANCELLED;
  if (sums.has_zero) return STARK_ZERO_DENOMINATOR;
  k_t all = k_of(0);
  for (uint64_t piece = 0; piece < pieces; piece++) all = k_add(all, sums.piece[piece]);
  air->sum = all;
  const uint32_t rows = rows_of_piece(air->log_n);
  sums.share = k_mul_f(all, f_inv(UINT32_C(1) << air->log_n));
  const k_t shares = k_mul_f(sums.share, rows);
  all = k_of(0);
  for (uint64_t piece = 0; piece < pieces; piece++) {
    const k_t mine = sums.piece[piece];
    sums.piece[piece] = all;
    all = k_add(all, k_sub(mine, shares));
  }
  return stark_each(prover->work, pieces, run_piece, &sums) ? STARK_DONE : STARK_CANCELLED;
}
