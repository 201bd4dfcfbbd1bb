/* Rows of blocks when all accesses of the segment are known: derived columns, and what the rows look up. */
#include <stdlib.h>
#include "worker.h"
#include "check/block.h"

/* Shared with src/trace/native. */
struct matrix { uint64_t cells, height; };

/* Rows that a thread takes at a time: a multiple of LANES. */
enum { PIECE = 1024 };

struct finishing {
  struct work work;
  const struct matrix *matrices;
  const uint64_t *rows;
  uint32_t *cells, *histogram;
};

struct own {
  struct check_block block;
  uint32_t *histogram, *constants, *products;
  const uint32_t **fields;
};

static void release(struct own *o)
{
  free(o->block.columns);
  free(o->histogram);
  free(o->constants);
  free(o->products);
  free(o->fields);
  free(o);
}

static void *prepare(struct work *w)
{
  struct own *o = calloc(1, sizeof *o);
  if (o == 0) return 0;
  uint64_t columns = (uint64_t)check_widest * STRIDE, t = check_most_t > block_most_t ? check_most_t : block_most_t;
  o->block.columns = calloc(columns + t * LANES + 1, sizeof *o->block.columns);
  o->histogram = calloc(HISTOGRAM, sizeof *o->histogram);
  o->constants = calloc((check_longest + 2ull) * LANES, sizeof *o->constants);
  o->products = calloc(2 * LANES, sizeof *o->products);
  o->fields = calloc(check_longest + 2, sizeof *o->fields);
  if (o->block.columns != 0 && o->histogram != 0 && o->constants != 0 && o->products != 0 && o->fields != 0) {
    o->block.t = o->block.columns + columns;
    /* No polynomial of a block reads one. */
    o->block.publics = o->constants;
    return o;
  }
  release(o);
  return 0;
}

static void finish(struct work *w, void *own)
{
  struct finishing *f = (struct finishing *)w;
  struct own *o = own;
  for (uint64_t k = 0; k < HISTOGRAM; k++) f->histogram[k] += o->histogram[k];
  release(o);
}

/* Values of a field on the rows of the block; `room` is for those of a constant. */
static const uint32_t *values(const struct check_block *b, struct check_field field, uint32_t *room)
{
  if (field.in == IN_COLUMN) return b->columns + field.at * STRIDE;
  if (field.in == IN_T) return b->t + field.at * LANES;
  for (uint32_t row = 0; row < LANES; row++) room[row] = field.at;
  return room;
}

static uint32_t inverse(uint32_t a)
{
  uint32_t result = 1;
  for (uint32_t exponent = FIELD_ORDER - 2; exponent != 0; exponent >>= 1, a = field_mul(a, a))
    if (exponent & 1) result = field_mul(result, a);
  return result;
}

/* numerator / denominator, or 0, of each row: one inverse for all of them. */
static void divide(const uint32_t *numerator, const uint32_t *denominator, uint32_t rows, uint32_t *products, uint32_t *to)
{
  uint32_t product = 1;
  for (uint32_t row = 0; row < rows; row++) {
    products[row] = product;
    if (denominator[row] != 0) product = field_mul(product, denominator[row]);
  }
  product = inverse(product);
  for (uint32_t row = rows; row-- != 0;) {
    if (denominator[row] == 0) { to[row] = 0; continue; }
    to[row] = field_mul(numerator[row], field_mul(product, products[row]));
    product = field_mul(product, denominator[row]);
  }
}

static void derive(struct own *o, const struct block_layer *layer, uint32_t rows, uint32_t *cells, uint32_t width)
{
  struct check_block *b = &o->block;
  const struct check_air *air = b->air, steps = { .steps = layer->steps };
  b->air = &steps;
  block_evaluate(b);
  b->air = air;
  for (uint32_t k = 0; k < layer->count; k++) {
    const struct check_field *field = layer->fields + 3 * k;
    uint32_t column = layer->columns[k], *to = b->columns + column * STRIDE;
    divide(values(b, field[1], o->constants), values(b, field[2], o->constants + LANES), rows, o->products, to);
    for (uint32_t row = 0; row < rows; row++) cells[row * width + column] = to[row];
  }
}

/* False where a table does not have what a row asks for. */
static int count(struct own *o, uint32_t rows)
{
  struct check_block *b = &o->block;
  const struct check_air *air = b->air;
  block_evaluate(b);
  for (uint32_t k = 0; k < air->said_count; k++) {
    const struct check_said *said = &air->said[k];
    if (!is_lookup(said->bus)) continue;
    for (uint32_t f = 0; f <= said->fields; f++) o->fields[f] = values(b, air->fields[said->first + f], o->constants + f * LANES);
    if (said->is_received) {
      /* A count may be written as what is received −1 times. */
      for (uint32_t row = 0; row < rows; row++) o->constants[row] = o->fields[0][row] == 0 ? 0 : FIELD_ORDER - o->fields[0][row];
      o->fields[0] = o->constants;
    }
    if (!count_lookups(said->bus, rows, o->fields[0], o->fields + 1, o->histogram)) return 0;
  }
  return 1;
}

static uint64_t pieces_of(const struct finishing *f, uint32_t chip) { return (f->rows[block_chips[chip].air] + PIECE - 1) / PIECE; }

static int finish_piece(struct work *w, void *own, uint64_t part, struct failure *out)
{
  struct finishing *f = (struct finishing *)w;
  struct own *o = own;
  uint32_t chip = 0;
  uint64_t piece = part;
  for (; piece >= pieces_of(f, chip); chip++) piece -= pieces_of(f, chip);
  uint32_t air = block_chips[chip].air, width = widths[air];
  const struct matrix *m = &f->matrices[air];
  const struct check_table table = { f->cells + m->cells, (uint32_t)m->height };
  const struct block_layers_of *layers = &block_layers_of[chip];
  uint64_t to = (piece + 1) * PIECE < f->rows[air] ? (piece + 1) * PIECE : f->rows[air];
  uint32_t why = w->cancel != 0 && __atomic_load_n(w->cancel, __ATOMIC_RELAXED) != 0 ? CANCELLED : FINE;
  for (uint64_t from = piece * PIECE; from < to && why == FINE; from += LANES) {
    uint32_t rows = to - from < LANES ? (uint32_t)(to - from) : LANES;
    block_load(&o->block, &check_airs[air], &table, (uint32_t)from);
    for (uint32_t k = 0; k < layers->count; k++) derive(o, &block_layers[layers->first + k], rows, f->cells + m->cells + from * width, width);
    if (!count(o, rows)) why = NOT_THERE;
  }
  *out = (struct failure){ .why = why, .part = part };
  return why == FINE;
}

/* `rows`: of each AIR. `histogram` is added to. Returns why it ended early. */
EXPORT uint32_t rvr_trace_blocks(const struct matrix *matrices, const uint64_t *rows, uint32_t *cells, uint32_t *histogram, uint32_t threads, const uint32_t *cancel, uint64_t *progress, struct failure *failure)
{
  struct finishing f = { { .cancel = cancel, .progress = progress, .failure = failure, .perform = finish_piece, .prepare = prepare, .finish = finish }, matrices, rows, cells, histogram };
  *failure = (struct failure){ 0 };
  for (uint32_t chip = 0; chip < BLOCK_CHIPS; chip++) f.work.parts += pieces_of(&f, chip);
  if (f.work.parts != 0) work_through(&f.work, threads);
  return (uint32_t)failure->why;
}
