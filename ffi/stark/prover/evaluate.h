/* Steps of a program on a block of BLOCK rows. What an interaction says, and a chunk, is done by whoever includes this. */
#include <string.h>
#include "program.h"
#include "vectors.h"

#define EACH for (uint32_t at = 0; at < BLOCK; at += VEC)

/* An element of K for each row, coordinate by coordinate. */
typedef struct {
  uint32_t c[4][BLOCK];
} klanes;

INLINE kvec klanes_load(const klanes *k, uint32_t at)
{
  return (kvec){ { vec_load(k->c[0] + at), vec_load(k->c[1] + at), vec_load(k->c[2] + at), vec_load(k->c[3] + at) } };
}
INLINE void klanes_store(klanes *k, uint32_t at, kvec a)
{
  for (uint32_t i = 0; i < 4; i++) vec_store(k->c[i] + at, a.c[i]);
}

/* A chunk's product of denominators, in Montgomery form, and what stands above it. */
struct fraction {
  klanes below, above;
  /* 0: nothing yet; 1: above is in F. */
  uint32_t terms;
};

struct block {
  /* BLOCK of each value. */
  uint32_t *words;
  klanes constraints, denominator;
  struct fraction chunk;
};

static inline uint32_t *value_of(const struct block *block, uint32_t value) { return block->words + (uint64_t)value * BLOCK; }

static void block_fill(const struct block *block, uint32_t value, uint32_t word)
{
  uint32_t *to = value_of(block, value);
  for (uint32_t row = 0; row < BLOCK; row++) to[row] = word;
}

static void block_begin(struct block *block, const struct program *program)
{
  block_fill(block, VALUE_ZERO, 0);
  for (uint32_t i = 0; i < program->constant_count; i++)
    block_fill(block, program->constants[i].value, program->constants[i].column);
}

static inline uint32_t place_of_load(const struct loaded *load, const uint32_t *columns) { return columns != 0 ? columns[load->column] : load->column; }

/*
 * Columns of rows, each of which begins at its pointer and has `width` words. `columns`: where in it they are; 0: at their
 * numbers. As many as lie within 8 words are loaded at once.
 */
static void block_load(const struct block *block, const struct loaded *loaded, uint32_t count,
                       const uint32_t *const rows[BLOCK], uint64_t width, const uint32_t *columns)
{
  for (uint32_t i = 0; i < count;) {
    const uint32_t first = place_of_load(&loaded[i], columns);
    if (width < 8) {
      uint32_t *to = value_of(block, loaded[i++].value);
      for (uint32_t row = 0; row < BLOCK; row++) to[row] = rows[row][first];
      continue;
    }
    const uint32_t start = first + 8 <= width ? first : (uint32_t)width - 8;
    uint32_t *to[8], offset[8], near = 0;
    for (; i < count && near < 8; i++) {
      const uint32_t column = place_of_load(&loaded[i], columns);
      if (column < start || column >= start + 8) break;
      to[near] = value_of(block, loaded[i].value);
      offset[near++] = column - start;
    }
    EACH {
      vec column[8];
      vec_columns(column, rows + at, start);
      for (uint32_t k = 0; k < near; k++) vec_store(to[k] + at, column[offset[k]]);
    }
  }
}

INLINE wide four_products(const vec value[4], const k_t *weight, uint32_t i)
{
  return wide_add(wide_add(wide_mul(value[0], vec_all(weight[0].c[i])), wide_mul(value[1], vec_all(weight[1].c[i]))),
                  wide_add(wide_mul(value[2], vec_all(weight[2].c[i])), wide_mul(value[3], vec_all(weight[3].c[i]))));
}

/* to += four values times four weights. */
static void add_weighted(const struct block *block, klanes *to, const struct step *step, const k_t *weight)
{
  const uint32_t *of[4];
  for (uint32_t k = 0; k < 4; k++) of[k] = value_of(block, step->of[k]);
  EACH {
    const vec value[4] = { vec_load(of[0] + at), vec_load(of[1] + at), vec_load(of[2] + at), vec_load(of[3] + at) };
    for (uint32_t i = 0; i < 4; i++)
      vec_store(to->c[i] + at, vec_add(vec_load(to->c[i] + at), wide_redc4(four_products(value, weight, i))));
  }
}

/* below *= denominator; above = above * denominator + count * below. */
static void add_fraction(struct block *block, const uint32_t *count, int is_receive)
{
  struct fraction *chunk = &block->chunk;
  const vec zero = vec_all(0);
  if (chunk->terms == 0) {
    chunk->below = block->denominator;
    EACH {
      const vec word = vec_load(count + at);
      vec_store(chunk->above.c[0] + at, is_receive ? vec_sub(zero, word) : word);
    }
  } else {
    const int is_base = chunk->terms == 1;
    EACH {
      const kvec d = klanes_load(&block->denominator, at), below = klanes_load(&chunk->below, at);
      const kvec old = is_base ? kvec_mul_f_m(d, vec_load(chunk->above.c[0] + at)) : kvec_mul_m(klanes_load(&chunk->above, at), d);
      const kvec new = kvec_mul_f_m(below, vec_load(count + at));
      klanes_store(&chunk->above, at, is_receive ? kvec_sub(old, new) : kvec_add(old, new));
      klanes_store(&chunk->below, at, kvec_mul_m(below, d));
    }
  }
  chunk->terms++;
}

/* What is done with a chunk that is complete, or with a derived column. */
typedef void done_with(void *of, struct block *block, const struct step *step, const k_t *weight);

#define MAKE(value) do { EACH vec_store(to + at, value); } while (0)

INLINE void run_steps(struct block *block, const struct program *program, done_with *done, void *of)
{
  const struct step *step = program->steps;
  block->chunk.terms = 0;
  for (const struct step *last = step + program->count; step != last; step++) {
    const uint32_t *a = value_of(block, step->of[0]), *b = value_of(block, step->of[1]);
    uint32_t *to = value_of(block, step->to);
    const k_t *weight = program->weight + step->weight;
    switch (step->kind) {
      case DO_ADD: MAKE(vec_add(vec_load(a + at), vec_load(b + at))); break;
      case DO_SUB: MAKE(vec_sub(vec_load(a + at), vec_load(b + at))); break;
      case DO_MUL: MAKE(vec_mul(vec_load(a + at), vec_load(b + at))); break;
      case DO_NEGATE: MAKE(vec_sub(vec_all(0), vec_load(a + at))); break;
      case DO_CONSTRAINTS: add_weighted(block, &block->constraints, step, weight); break;
      case DO_DENOMINATOR: EACH klanes_store(&block->denominator, at, kvec_all(weight->c)); break;
      case DO_FIELDS: add_weighted(block, &block->denominator, step, weight); break;
      case DO_INTERACTION: add_fraction(block, a, step->to); break;
      default:
        done(of, block, step, weight);
        block->chunk.terms = 0;
    }
  }
}
