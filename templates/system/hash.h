/* Hashes of two hashes, some at once. */
#include <stdint.h>
#include <string.h>
#include "lane-count.h"

enum { HASH_WORDS = 8 };
typedef uint32_t hash[HASH_WORDS];

/* Hashes that wait for others: what they are of and where they go has to stay until `hash_now`. */
struct hashing { uint32_t count; const uint32_t *left[LANES], *right[LANES]; uint32_t *out[LANES]; };

void hash_now(struct hashing *);
/* Writes rows of the hash's table; unless there are as many as lanes, the rest of the arrays is not looked at. */
void hash_rows(uint32_t count, const uint32_t *const *left, const uint32_t *const *right, const uint32_t *counts, uint32_t *const *rows);

static inline void hash_later(struct hashing *h, const uint32_t *left, const uint32_t *right, uint32_t *out)
{
  uint32_t k = h->count++;
  h->left[k] = left;
  h->right[k] = right;
  h->out[k] = out;
  if (h->count == LANES) hash_now(h);
}
static inline void hash_copy(uint32_t *to, const uint32_t *from) { memcpy(to, from, sizeof(hash)); }
