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
