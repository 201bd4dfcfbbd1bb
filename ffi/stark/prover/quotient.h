/* The quotient of all constraints of an AIR, on as many cosets of its domain as the degree asks for. */

struct quotient {
  struct prover *prover;
  const struct air_state *air;
  struct program program;
  /* sum / rows */
  k_t share;
  uint32_t inverse_n, inverse_root;
  /* Columns of the values on each coset in the quotient's group: quotient_place. */
  uint32_t column[2];
  /* Roots of order BLOCK, or of all rows where they are fewer, by row of a block. */
  uint32_t turn[BLOCK];
};

/* Where a block is: rows from `here` on of a matrix, and for each the one that is next in the trace. */
struct where {
  uint32_t coset, blocks, log_blocks, rows, log_rows;
  /* Bit-reversed number of the block. */
  uint32_t turned;
  uint64_t here, next;
  /* Only in the block that the trace ends in: which row of `next` comes after which of `here`. */
  int wraps;
};

struct quotient_block {
  struct block block;
  const struct quotient *quotient;
  const struct where *where;
  klanes all;
};

static struct where place_of(const struct air_state *air, uint32_t coset, uint32_t turned)
{
  const uint32_t k = air->log_n, log_rows = k < LOG_BLOCK ? k : LOG_BLOCK, log_blocks = k - log_rows;
  const uint32_t blocks = UINT32_C(1) << log_blocks, next = turned + 1 < blocks ? turned + 1 : 0;
  const uint64_t start = (uint64_t)coset << k;
  return (struct where){ .coset = coset, .blocks = blocks, .log_blocks = log_blocks, .rows = UINT32_C(1) << log_rows, .log_rows = log_rows,
                         .turned = turned, .wraps = next == 0,
                         .here = start + ((uint64_t)f_reverse(turned, log_blocks) << log_rows),
                         .next = start + ((uint64_t)f_reverse(next, log_blocks) << log_rows) };
}

/* The row of the block `next` that comes after row u of the block `here`. */
static uint32_t row_behind(const struct where *where, uint32_t u)
{
  return where->wraps ? f_reverse((f_reverse(u, where->log_rows) + 1) & (where->rows - 1), where->log_rows) : u;
}

static void rows_at(const uint32_t *rows[BLOCK], const struct part *part, const struct where *where, int is_next)
{
  const uint32_t *from = part->group->rows + part->offset;
  for (uint32_t u = 0; u < BLOCK; u++) {
    const uint32_t row = u & (where->rows - 1);
    rows[u] = from + (is_next ? where->next + row_behind(where, row) : where->here + row) * part->group->stride;
  }
}

/* Four columns of a sum table, which begin at a multiple of 4. */
static void klanes_from(klanes *to, const uint32_t *const rows[BLOCK], uint32_t column)
{
  const uint32_t from = column & ~7u;
  EACH {
    vec columns[8];
    vec_columns(columns, rows + at, from);
    for (uint32_t i = 0; i < 4; i++) vec_store(to->c[i] + at, columns[column - from + i]);
  }
}

/* What is constrained is all fractions of a row, by their sums: chunk by chunk. */
static void constrain_chunk(void *of, struct block *block, const struct step *step, const k_t *weight)
{
  const uint32_t number = step->to;
  struct quotient_block *b = of;
  const struct quotient *quotient = b->quotient;
  const struct part *part = &quotient->air->part[KIND_SUM];
  const int is_last = number + 1 == quotient->air->air->chunks;
  const uint32_t *rows[BLOCK];
  klanes value, next;
  rows_at(rows, part, b->where, 0);
  klanes_from(&value, rows, 4 * number);
  if (is_last) {
    rows_at(rows, part, b->where, 1);
    klanes_from(&next, rows, 4 * number);
  }
  const struct fraction *chunk = &block->chunk;
  const kvec share = kvec_all(quotient->share.c), times = kvec_all(weight->c);
  EACH {
    kvec term = klanes_load(&value, at);
    const kvec before = number == 0 ? kvec_all((const uint32_t[4]){ 0 }) : klanes_load(&b->all, at);
    if (is_last) term = kvec_sub(kvec_add(kvec_sub(klanes_load(&next, at), term), share), before);
    else klanes_store(&b->all, at, kvec_add(before, term));
    kvec left = kvec_mul_m(term, klanes_load(&chunk->below, at));
    if (chunk->terms == 1) left.c[0] = vec_sub(left.c[0], vec_load(chunk->above.c[0] + at));
    else left = kvec_sub(left, klanes_load(&chunk->above, at));
    klanes_store(&block->constraints, at, kvec_add(klanes_load(&block->constraints, at), kvec_mul_m(left, times)));
  }
}

/* Power of the generator on a coset: every x^n there, and minus that on the other. */
static uint32_t power_on(const struct air_state *air, uint32_t coset)
{
  const uint32_t power = f_pow(F_G, UINT64_C(1) << air->log_n);
  return coset == 0 ? power : f_neg(power);
}

static void select_rows(const struct quotient *quotient, const struct block *block, const struct where *where)
{
  const struct program *program = &quotient->program;
  if (!(program->has_first | program->has_last | program->has_trans)) return;
  const uint32_t k = quotient->air->log_n;
  const uint32_t shift = f_mul(F_G, f_mul(where->coset ? f_root(k + 1) : 1, f_pow(f_root(k), where->turned)));
  const uint32_t vanishing = f_mul(f_sub(power_on(quotient->air, where->coset), 1), quotient->inverse_n);
  const uint32_t ends[2] = { 1, quotient->inverse_root }, values[2] = { VALUE_FIRST, VALUE_LAST };
  const int is_wanted[2] = { program->has_first, program->has_last };
  uint32_t x[BLOCK];
  EACH vec_store(x + at, vec_mul(vec_load(quotient->turn + at), vec_all(shift)));
  for (uint32_t end = 0; end < 2; end++) {
    if (!is_wanted[end]) continue;
    uint32_t *to = value_of(block, values[end]);
    const uint32_t times = f_mul(vanishing, ends[end]);
    EACH vec_store(to + at, vec_mul_m(vec_inv_m(vec_mont(vec_sub(vec_load(x + at), vec_all(ends[end])))), vec_all(times)));
  }
  uint32_t *trans = value_of(block, VALUE_TRANS);
  EACH vec_store(trans + at, vec_sub(vec_load(x + at), vec_all(quotient->inverse_root)));
}

static void load_rows(const struct quotient *quotient, const struct block *block, const struct where *where)
{
  static const uint8_t parts[LOADED_KINDS] = { KIND_MAIN, KIND_MAIN, KIND_FIXED, KIND_FIXED, KIND_MAIN };
  const struct program *program = &quotient->program;
  for (uint32_t kind = 0; kind < LOADED_KINDS; kind++) {
    if (program->loads[kind] == 0) continue;
    const uint32_t *rows[BLOCK];
    const struct part *part = &quotient->air->part[parts[kind]];
    rows_at(rows, part, where, kind == LOADED_MAIN_NEXT || kind == LOADED_FIXED_NEXT);
    block_load(block, program->loaded[kind], program->loads[kind], rows, part->group->stride - part->offset, 0);
  }
  select_rows(quotient, block, where);
}

/* Divided by x^n - 1, which is one value on the coset; into the trace of the quotient, in natural order. */
static void write_quotient(const struct quotient *quotient, const struct block *block, const struct where *where)
{
  const struct group *group = quotient->air->part[KIND_QUOTIENT].group;
  const uint32_t inverse = f_mont(f_inv(f_sub(power_on(quotient->air, where->coset), 1)));
  klanes value;
  EACH klanes_store(&value, at, kvec_mul_f_m(klanes_load(&block->constraints, at), vec_all(inverse)));
  for (uint32_t u = 0; u < where->rows; u++) {
    const uint64_t row = (uint64_t)f_reverse(u, where->log_rows) << where->log_blocks | where->turned;
    uint32_t *to = group->rows + row * group->stride + quotient->column[where->coset];
    for (uint32_t i = 0; i < 4; i++) to[i] = value.c[i][u];
  }
}

static void quotient_piece(void *of, uint64_t piece, uint32_t thread)
{
  const struct quotient *quotient = of;
  const struct air_state *air = quotient->air;
  const uint64_t pieces = pieces_of(air->log_n);
  uint8_t *scratch = quotient->prover->scratch + thread * quotient->prover->scratch_bytes;
  struct quotient_block *b = (struct quotient_block *)scratch;
  b->quotient = quotient;
  b->block.words = (uint32_t *)(b + 1);
  block_begin(&b->block, &quotient->program);
  const uint32_t coset = (uint32_t)(piece / pieces), first = (uint32_t)(piece % pieces) << (LOG_PIECE - LOG_BLOCK);
  const uint32_t blocks = (rows_of_piece(air->log_n) + BLOCK - 1) / BLOCK;
  for (uint32_t turned = first; turned < first + blocks; turned++) {
    const struct where where = place_of(air, coset, turned);
    b->where = &where;
    load_rows(quotient, &b->block, &where);
    memset(&b->block.constraints, 0, sizeof b->block.constraints);
    run_steps(&b->block, &quotient->program, constrain_chunk, b);
    write_quotient(quotient, &b->block, &where);
  }
  stark_done(quotient->prover->work, rows_of_piece(air->log_n));
}

static uint64_t quotient_scratch(uint64_t values)
{
  return sizeof(struct quotient_block) + values * BLOCK * sizeof(uint32_t);
}

/* Values of an AIR's quotient, coset by coset, in the columns that are named for it. */
static int quotient_values(struct prover *prover, uint32_t index, const uint32_t column[2])
{
  struct air_state *air = &prover->airs[index];
  struct quotient quotient = { .prover = prover, .air = air, .column = { column[0], column[1] } };
  make_program(&quotient.program, prover, index, PROGRAM_QUOTIENT);
  quotient.inverse_n = f_inv(UINT32_C(1) << air->log_n);
  quotient.inverse_root = f_inv(f_root(air->log_n));
  quotient.share = k_mul_f(air->sum, quotient.inverse_n);
  const uint32_t log_rows = air->log_n < LOG_BLOCK ? air->log_n : LOG_BLOCK;
  for (uint32_t u = 0; u < BLOCK; u++) quotient.turn[u] = f_pow(f_root(log_rows), f_reverse(u, log_rows));
  const uint64_t pieces = pieces_of(air->log_n) * air->air->parts;
  return stark_each(prover->work, pieces, quotient_piece, &quotient) ? STARK_DONE : STARK_CANCELLED;
}
