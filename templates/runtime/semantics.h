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

