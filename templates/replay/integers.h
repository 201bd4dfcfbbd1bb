/* Integers that stand for field elements: nearly all of them are canonical ones already. */
#pragma once

COLD static int64_t reduced(int64_t v)
{
  int64_t rest = v % FIELD_ORDER;
  return rest < 0 ? rest + FIELD_ORDER : rest;
}

static inline int64_t canonical(int64_t v) { return __builtin_expect((uint64_t)v < FIELD_ORDER, 1) ? v : reduced(v); }

COLD static int64_t inexact(int64_t v, uint32_t inverse) { return reduced(reduced(v) * inverse); }

/* v / 2^shift, whose inverse is given: an integer where that is one, else an element. */
static inline int64_t quotient(int64_t v, int shift, uint32_t inverse)
{
  return __builtin_expect((v & ((1ll << shift) - 1)) == 0, 1) ? v >> shift : inexact(v, inverse);
}
