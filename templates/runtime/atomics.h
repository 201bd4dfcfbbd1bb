
/* Atomic instructions on a host that runs one hart: plain accesses. Results are sign-extended. */
#define AMO(name, type, wide, value) static inline int name(uint8_t *at, uint64_t operand, uint64_t *result) \
{ \
  type a = *(type *)at, b = (type)operand; \
  *(type *)at = (type)(value); \
  *result = (uint64_t)(int64_t)(wide)a; \
  return 1; \
}
#define AMOS(name, value) AMO(name##_w, u32, int32_t, value) AMO(name##_d, u64, int64_t, value)
#define SIGNED_AMOS(name, value) AMO(name##_w, i32, int32_t, value) AMO(name##_d, i64, int64_t, value)
typedef int64_t i64 __attribute__((aligned(1), may_alias));

AMOS(amoadd, a + b)
AMOS(amoswap, b)
AMOS(amoxor, a ^ b)
AMOS(amoor, a | b)
AMOS(amoand, a & b)
SIGNED_AMOS(amomin, a < b ? a : b)
SIGNED_AMOS(amomax, a > b ? a : b)
AMOS(amominu, a < b ? a : b)
AMOS(amomaxu, a > b ? a : b)

/* A reservation is an address and, in bits that are 0 there, a size in units of 4 bytes. */
#define RESERVE(name, type, wide, size) static inline int name(const uint8_t *at, uint64_t address, uint64_t *reservation, uint64_t *result) \
{ \
  *reservation = address | size / 4; \
  *result = (uint64_t)(int64_t)(wide)*(const type *)at; \
  return 1; \
}
#define CONDITIONAL(name, type, size) static inline int name(uint8_t *at, uint64_t address, uint64_t value, uint64_t *reservation, uint64_t *result) \
{ \
  int held = *reservation == (address | size / 4); \
  *reservation = 0; \
  if (held) *(type *)at = (type)value; \
  *result = !held; \
  return 1; \
}

RESERVE(lr_w, u32, int32_t, 4)
RESERVE(lr_d, u64, int64_t, 8)
CONDITIONAL(sc_w, u32, 4)
CONDITIONAL(sc_d, u64, 8)
