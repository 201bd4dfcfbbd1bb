/* What transfers.c needs of a witness, and how a guest of streaming/ ends when something is wrong. */
#pragma once
#include "../abi/openvm/openvm.h"

enum { EXIT_BAD_RECORD = 1, EXIT_BAD_ITEM = 2, EXIT_NO_ACCOUNT = 3, EXIT_NO_FUNDS = 4, EXIT_BAD_NONCE = 5 };
enum { KIND_NODE = 1, KIND_CODE = 2, DIGEST_BYTES = 32 };

/* Before the first item is fetched. */
void witness_open(void);

/* The item of this kind and name, as the host has it: whether it has that digest is for the caller to check. At a multiple of 8. */
uint8_t *witness_item(uint32_t kind, const uint64_t *name, uint32_t *length);

/* Memory, at a multiple of 8, that holds zeros. */
void *allocate(size_t bytes);

/* Whole words, that lie at multiples of 8. */
static inline int is_same_digest(const uint64_t *a, const uint64_t *b) {
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}
