/* Words of 64 bits with carry: what arithmetic on long numbers is made of. */

typedef unsigned __int128 u128;
typedef __int128 i128;

#define INLINE static inline __attribute__((always_inline))

/* a + b + carry; the carry goes out where it came in. */
INLINE uint64_t word_add(uint64_t a, uint64_t b, unsigned char *carry) {
#if defined(__clang__)
  unsigned long long out;
  unsigned long long sum = __builtin_addcll(a, b, *carry, &out);
  *carry = (unsigned char)out;
  return sum;
#elif defined(__x86_64__)
  unsigned long long sum;
  *carry = __builtin_ia32_addcarryx_u64(*carry, a, b, &sum);
  return sum;
#else
  u128 sum = (u128)a + b + *carry;
  *carry = (unsigned char)(sum >> 64);
  return (uint64_t)sum;
#endif
}

/* a - b - borrow */
INLINE uint64_t word_sub(uint64_t a, uint64_t b, unsigned char *borrow) {
#if defined(__clang__)
  unsigned long long out;
  unsigned long long difference = __builtin_subcll(a, b, *borrow, &out);
  *borrow = (unsigned char)out;
  return difference;
#elif defined(__x86_64__)
  unsigned long long difference;
  *borrow = __builtin_ia32_sbb_u64(*borrow, a, b, &difference);
  return difference;
#else
  u128 difference = (u128)a - b - *borrow;
  *borrow = (unsigned char)(difference >> 64) & 1;
  return (uint64_t)difference;
#endif
}

/* low half of a * b + c + *high; the high half goes to *high */
INLINE uint64_t word_mul_add(uint64_t a, uint64_t b, uint64_t c, uint64_t *high) {
  u128 t = (u128)a * b + c + *high;
  *high = (uint64_t)(t >> 64);
  return (uint64_t)t;
}
