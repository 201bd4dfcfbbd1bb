
/* Bit manipulation. What a compiler has an instruction for is written as it knows it. */
static inline reg rotate_left(reg a, reg b) { return a << (b & (XLEN - 1)) | a >> ((0 - b) & (XLEN - 1)); }
static inline reg rotate_right(reg a, reg b) { return a >> (b & (XLEN - 1)) | a << ((0 - b) & (XLEN - 1)); }
static inline uint32_t rotate_left32(uint32_t a, uint32_t b) { return a << (b & 31) | a >> ((0 - b) & 31); }
static inline uint32_t rotate_right32(uint32_t a, uint32_t b) { return a >> (b & 31) | a << ((0 - b) & 31); }

static inline reg leading_zeros32(uint32_t a) { return a == 0 ? 32 : (reg)__builtin_clz(a); }
static inline reg trailing_zeros32(uint32_t a) { return a == 0 ? 32 : (reg)__builtin_ctz(a); }
static inline reg population32(uint32_t a) { return (reg)__builtin_popcount(a); }
static inline reg leading_zeros(reg a) { return XLEN == 32 ? leading_zeros32((uint32_t)a) : a == 0 ? 64 : (reg)__builtin_clzll(a); }
static inline reg trailing_zeros(reg a) { return XLEN == 32 ? trailing_zeros32((uint32_t)a) : a == 0 ? 64 : (reg)__builtin_ctzll(a); }
static inline reg population(reg a) { return (reg)__builtin_popcountll(a); }

/* 0xff for each byte that is not 0. */
static inline reg or_combine(reg a)
{
  const reg low = (reg)0x7f7f7f7f7f7f7f7f, first = (reg)0x0101010101010101;
  return ((((a & low) + low) | a) >> 7 & first) * 255;
}

static inline reg reverse_in_bytes(reg a)
{
  a = (a & (reg)0x5555555555555555) << 1 | (a >> 1 & (reg)0x5555555555555555);
  a = (a & (reg)0x3333333333333333) << 2 | (a >> 2 & (reg)0x3333333333333333);
  return (a & (reg)0x0f0f0f0f0f0f0f0f) << 4 | (a >> 4 & (reg)0x0f0f0f0f0f0f0f0f);
}

/* Swaps the bits of `mask` with those that lie `by` higher. */
static inline uint32_t exchange(uint32_t a, uint32_t mask, int by)
{
  uint32_t differing = (a ^ a >> by) & mask;
  return a ^ differing ^ differing << by;
}

/* The lower half of the bits goes to the even places, the upper half to the odd ones; and back. */
static inline uint32_t interleave(uint32_t a)
{
  return exchange(exchange(exchange(exchange(a, 0x0000ff00, 8), 0x00f000f0, 4), 0x0c0c0c0c, 2), 0x22222222, 1);
}
static inline uint32_t deinterleave(uint32_t a)
{
  return exchange(exchange(exchange(exchange(a, 0x22222222, 1), 0x0c0c0c0c, 2), 0x00f000f0, 4), 0x0000ff00, 8);
}

/* Parts of `a`, of so many bits each, at the indexes in `b`. */
static inline reg permute(reg a, reg b, int bits)
{
  const reg mask = ((reg)1 << bits) - 1;
  reg result = 0;
  for (int at = 0; at < XLEN; at += bits) {
    reg index = b >> at & mask;
    if (index < (reg)(XLEN / bits)) result |= (a >> (index * bits) & mask) << at;
  }
  return result;
}

/* The product without carries. */
static inline wide_unsigned carryless(reg a, reg b)
{
#if defined(__PCLMUL__) && defined(__x86_64__)
  typedef long long lanes __attribute__((vector_size(16)));
  lanes product = __builtin_ia32_pclmulqdq128((lanes){ (long long)a, 0 }, (lanes){ (long long)b, 0 }, 0);
  /* That of 32 bits has an upper lane of zeros. */
  return (wide_unsigned)(uint64_t)product[1] << (XLEN & 64) | (uint64_t)product[0];
#else
  wide_unsigned product = 0;
  for (int at = 0; at < XLEN; at++) product ^= (wide_unsigned)a << at & ((wide_unsigned)0 - (b >> at & 1));
  return product;
#endif
}
