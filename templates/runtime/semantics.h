/* What C leaves undefined or has no operator for: memory access, high products, division as RISC-V defines it. */

static inline struct rvr_state *state(char *m) { return (struct rvr_state *)(m - RVR_STATE_BELOW); }
static inline region **table(char *m) { return (region **)(m - RVR_TABLE_BELOW); }

/* The stop test's limit. Another thread may raise it at any time, so no compiler may keep it. */
static inline int64_t floor_of(char *m) { return *(volatile int64_t *)&state(m)->floor; }

/* Guest memory is read and written at any address. */
typedef uint16_t u16 __attribute__((aligned(1), may_alias));
typedef uint32_t u32 __attribute__((aligned(1), may_alias));
typedef uint64_t u64 __attribute__((aligned(1), may_alias));
typedef int16_t i16 __attribute__((aligned(1), may_alias));
typedef int32_t i32 __attribute__((aligned(1), may_alias));

/* Registers that travel as arguments in vector registers. */
static inline double of_reg(reg v) { uint64_t bits = v; double d; __builtin_memcpy(&d, &bits, 8); return d; }
static inline reg to_reg(double d) { uint64_t bits; __builtin_memcpy(&bits, &d, 8); return (reg)bits; }

static inline reg sext32(uint32_t v) { return (reg)(sreg)(int32_t)v; }

static inline reg mulh(reg a, reg b) { return (reg)(((wide_signed)(sreg)a * (wide_signed)(sreg)b) >> XLEN); }
static inline reg mulhsu(reg a, reg b) { return (reg)(((wide_signed)(sreg)a * (wide_signed)(wide_unsigned)b) >> XLEN); }
static inline reg mulhu(reg a, reg b) { return (reg)(((wide_unsigned)a * (wide_unsigned)b) >> XLEN); }

static inline reg div_signed(reg a, reg b) { return b == 0 ? (reg)-1 : b == (reg)-1 ? (reg)0 - a : (reg)((sreg)a / (sreg)b); }
static inline reg div_unsigned(reg a, reg b) { return b == 0 ? (reg)-1 : a / b; }
static inline reg rem_signed(reg a, reg b) { return b == 0 ? a : b == (reg)-1 ? 0 : (reg)((sreg)a % (sreg)b); }
static inline reg rem_unsigned(reg a, reg b) { return b == 0 ? a : a % b; }
static inline uint32_t div_signed32(uint32_t a, uint32_t b) { return b == 0 ? (uint32_t)-1 : b == (uint32_t)-1 ? 0u - a : (uint32_t)((int32_t)a / (int32_t)b); }
static inline uint32_t div_unsigned32(uint32_t a, uint32_t b) { return b == 0 ? (uint32_t)-1 : a / b; }
static inline uint32_t rem_signed32(uint32_t a, uint32_t b) { return b == 0 ? a : b == (uint32_t)-1 ? 0 : (uint32_t)((int32_t)a % (int32_t)b); }
static inline uint32_t rem_unsigned32(uint32_t a, uint32_t b) { return b == 0 ? a : a % b; }
