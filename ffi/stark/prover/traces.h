/* Rows of traces in natural order, and the columns that follow from others. */

struct trace {
  const uint32_t *cells, *columns;
  uint64_t stride;
};

static struct trace trace_of(const struct air_state *air, uint32_t kind)
{
  switch (kind) {
    case LOADED_MAIN:
    case LOADED_MAIN_NEXT: return (struct trace){ air->table->cells, air->table->columns, air->table->stride };
    case LOADED_DERIVED: return (struct trace){ air->derived, 0, air->table->derived_count };
    default: return (struct trace){ air->fixed_cells, 0, air->air->fixed };
  }
}

/* BLOCK rows of the traces from `from` on, again from the first where there are fewer. */
static void load_traces(const struct air_state *air, const struct program *program, const struct block *block, uint64_t from)
{
  const uint64_t mask = (UINT64_C(1) << air->log_n) - 1;
  for (uint32_t kind = 0; kind < LOADED_KINDS; kind++) {
    if (program->loads[kind] == 0) continue;
    const uint32_t step = kind == LOADED_MAIN_NEXT || kind == LOADED_FIXED_NEXT;
    const struct trace trace = trace_of(air, kind);
    const uint32_t *rows[BLOCK];
    for (uint32_t u = 0; u < BLOCK; u++) rows[u] = trace.cells + ((from + u + step) & mask) * trace.stride;
    block_load(block, program->loaded[kind], program->loads[kind], rows, trace.stride, trace.columns);
  }
  if (!(program->has_first | program->has_last)) return;
  uint32_t *first = value_of(block, VALUE_FIRST), *last = value_of(block, VALUE_LAST);
  for (uint32_t u = 0; u < BLOCK; u++) {
    first[u] = ((from + u) & mask) == 0;
    last[u] = ((from + u) & mask) == mask;
  }
}

static void make_program(struct program *program, const struct prover *prover, uint32_t index, enum program_kind kind)
{
  const struct air_state *air = &prover->airs[index];
  const struct program_request request = { kind, prover->key, index, air->publics, air->table->derived, air->table->derived_count,
                                           &prover->challenges };
  program_make(program, &request, prover->program);
}

struct derive {
  struct prover *prover;
  const struct air_state *air;
  struct program program;
};

struct derive_block {
  struct block block;
  const struct air_state *air;
  uint64_t from;
  uint32_t rows;
};

static void write_derived(void *of, struct block *block, const struct step *step, const k_t *weight)
{
  const struct derive_block *b = of;
  const struct part *part = &b->air->part[KIND_MAIN];
  const uint32_t *value = value_of(block, step->of[0]), count = b->air->table->derived_count;
  (void)weight;
  for (uint32_t u = 0; u < b->rows; u++) {
    const uint64_t row = b->from + u;
    b->air->derived[row * count + step->to] = value[u];
    part->group->rows[row * part->group->stride + part->offset + part->width - count + step->to] = value[u];
  }
}

static void derive_piece(void *of, uint64_t piece, uint32_t thread)
{
  struct derive *derive = of;
  const uint32_t rows = rows_of_piece(derive->air->log_n);
  struct derive_block *b = (struct derive_block *)(derive->prover->scratch + thread * derive->prover->scratch_bytes);
  b->air = derive->air;
  b->block.words = (uint32_t *)(b + 1);
  block_begin(&b->block, &derive->program);
  for (uint32_t from = 0; from < rows; from += BLOCK) {
    b->from = piece * PIECE + from;
    b->rows = rows - from < BLOCK ? rows - from : BLOCK;
    load_traces(derive->air, &derive->program, &b->block, b->from);
    run_steps(&b->block, &derive->program, write_derived, b);
  }
}

/* Columns of an AIR that follow from others, once the others are copied. */
static int derive_columns(struct prover *prover, uint32_t index)
{
  struct derive derive = { .prover = prover, .air = &prover->airs[index] };
  make_program(&derive.program, prover, index, PROGRAM_DERIVED);
  return stark_each(prover->work, pieces_of(derive.air->log_n), derive_piece, &derive) ? STARK_DONE : STARK_CANCELLED;
}
