/* What a library of the prover exports. Addresses are words of 64 bits; answers are those of prove.h. */
#include <stdlib.h>
#include <string.h>
#include "layout.h"

#define EXPORT __attribute__((visibility("default")))

/* How work is done: threads, what is left alone of the CPU, and the words that others read and write meanwhile. */
#define WORK uint32_t threads, uint32_t without, const uint32_t *cancel, uint64_t *progress

/* A table as 8 words: cells, stride, columns, derived, how many, log height, width, 0. */
enum { TABLE_WORDS = 8 };

/* On the heap: whoever calls may have a small stack. 0: there is no memory. */
static struct stark_table *read_tables(const uint64_t *words, uint32_t count)
{
  struct stark_table *tables = calloc((uint64_t)count + 1, sizeof *tables);
  for (uint32_t k = 0; tables != 0 && k < count; k++, words += TABLE_WORDS)
    tables[k] = (struct stark_table){ .cells = (const uint32_t *)(uintptr_t)words[0], .stride = words[1], .columns = (const uint32_t *)(uintptr_t)words[2],
                                      .derived = (const struct stark_derived *)(uintptr_t)words[3], .derived_count = (uint32_t)words[4],
                                      .log_height = (uint32_t)words[5], .width = (uint32_t)words[6] };
  return tables;
}

/* Bytes of a fixed tree. */
EXPORT uint64_t rvr_prover_fixed_needs(const uint64_t *words, uint32_t count, uint32_t blowup)
{
  struct stark_table *tables = read_tables(words, count);
  const uint64_t needs = tables == 0 ? 0 : stark_fixed_needs(blowup, tables, count);
  free(tables);
  return needs;
}

EXPORT int rvr_prover_fixed(const uint64_t *words, uint32_t count, uint32_t blowup, uint64_t limit, WORK, uint64_t *out, uint8_t *root)
{
  struct stark_table *tables = read_tables(words, count);
  struct stark_work work = { threads, cancel, progress, without };
  struct stark_fixed *fixed;
  const int answer = tables == 0 ? STARK_NO_MEMORY : stark_fixed_create(&fixed, &work, blowup, tables, count, limit);
  free(tables);
  if (answer != STARK_DONE) return answer;
  *out = (uintptr_t)fixed;
  memcpy(root, stark_fixed_root(fixed), 32);
  return answer;
}

EXPORT void rvr_prover_fixed_free(uintptr_t fixed) { stark_fixed_free((struct stark_fixed *)fixed); }

/* A key that was checked, with its bytes behind it, and memory for proofs. */
struct open_key {
  struct stark_key key;
  struct stark_spare spare;
  /* Is a proof being made in it? */
  uint32_t is_used;
  uint8_t bytes[] __attribute__((aligned(64)));
};

/* A copy of the key, checked: out is its address and how many AIRs it has; or *fault. */
EXPORT int rvr_prover_key(const uint8_t *bytes, uint64_t length, uint64_t out[2], struct stark_fault *fault)
{
  struct open_key *open = aligned_alloc(64, (sizeof *open + length + 63) & ~UINT64_C(63));
  void *memory = malloc(stark_key_memory(length) + 1);
  int answer = STARK_NO_MEMORY;
  if (open != 0 && memory != 0) {
    memcpy(open->bytes, bytes, length);
    open->spare = (struct stark_spare){ 0 };
    open->is_used = 0;
    answer = stark_key_open(&open->key, open->bytes, length, memory, fault) ? STARK_DONE : STARK_REFUSED;
  }
  free(memory);
  if (answer == STARK_DONE) {
    out[0] = (uintptr_t)open;
    out[1] = open->key.parameters->airs;
  } else free(open);
  return answer;
}

/* Main columns of each AIR; public values of all. */
EXPORT uint32_t rvr_prover_airs(uintptr_t open, uint32_t *widths)
{
  const struct stark_key *key = (const struct stark_key *)open;
  for (uint32_t i = 0; i < key->parameters->airs; i++) widths[i] = key->airs[i].main;
  return key->publics;
}

EXPORT void rvr_prover_key_free(uintptr_t key)
{
  struct open_key *open = (struct open_key *)key;
  stark_spare_free(&open->spare);
  free(open);
}

/* What belongs to one call: to be freed whatever is answered. */
struct call {
  struct stark_table *tables;
  struct stark_shape shape;
};

static int shape_call(struct call *call, const struct stark_key *key, const uint64_t *words, struct stark_fault *fault)
{
  const uint32_t airs = key->parameters->airs;
  call->tables = read_tables(words, airs);
  uint32_t *memory = malloc(stark_shape_memory(key) + airs * sizeof *memory + 1);
  int answer = STARK_NO_MEMORY;
  if (call->tables != 0 && memory != 0) {
    uint32_t *heights = memory + stark_shape_memory(key) / sizeof *memory;
    for (uint32_t i = 0; i < airs; i++) heights[i] = call->tables[i].log_height;
    answer = stark_shape(&call->shape, key, heights, memory, fault) ? STARK_DONE : STARK_REFUSED;
  }
  free(memory);
  return answer;
}

/* out: bytes that proving takes, bytes of the proof. */
EXPORT int rvr_prover_needs(uintptr_t open, const uint64_t *words, uint32_t threads, uint64_t out[2], struct stark_fault *fault)
{
  const struct stark_key *key = (const struct stark_key *)open;
  struct call call;
  const int answer = shape_call(&call, key, words, fault);
  if (answer == STARK_DONE) {
    out[0] = stark_prove_needs(key, &call.shape, call.tables, threads);
    out[1] = call.shape.bytes;
  }
  free(call.tables);
  return answer;
}

/* Two proofs at once have memory of their own. */
static int prove_in(struct open_key *open, struct stark_work *work, struct stark_request *request, const struct stark_shape *shape, uint8_t *proof)
{
  struct stark_spare own = { 0 };
  const int is_first = __atomic_exchange_n(&open->is_used, 1, __ATOMIC_ACQUIRE) == 0;
  request->spare = is_first ? &open->spare : &own;
  const int answer = stark_prove(work, request, shape, proof);
  stark_spare_free(&own);
  if (is_first) __atomic_store_n(&open->is_used, 0, __ATOMIC_RELEASE);
  return answer;
}

/* fixed: an address for each of the key's trees. proof: at a multiple of 8, of exactly the bytes that rvr_prover_needs says. */
EXPORT int rvr_prover_prove(uintptr_t open, const uint64_t *fixed, const uint64_t *words, const uint32_t *publics, uint64_t limit, WORK,
                            uint8_t *proof, uint64_t length, struct stark_fault *fault)
{
  const struct stark_key *key = (const struct stark_key *)open;
  const struct stark_fixed *trees[STARK_MOST_FIXED_TREES];
  struct stark_work work = { threads, cancel, progress, without };
  struct call call;
  int answer = shape_call(&call, key, words, fault);
  if (answer == STARK_DONE && call.shape.bytes != length) answer = STARK_REFUSED;
  if (answer == STARK_DONE) {
    for (uint32_t t = 0; t < key->parameters->trees; t++) trees[t] = (const struct stark_fixed *)(uintptr_t)fixed[t];
    struct stark_request request = { .key = key, .fixed = trees, .tables = call.tables, .publics = publics, .limit = limit };
    answer = prove_in((struct open_key *)open, &work, &request, &call.shape, proof);
  }
  free(call.tables);
  return answer;
}
