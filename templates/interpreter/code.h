/* One decoded instruction: what its handler reads. All zero, it is the host's. */
struct insn {
  int32_t handler;      /* where control comes from the instruction in front: from `step` on */
  int32_t imm;          /* of what leads elsewhere, in instructions */
  uint16_t rest;        /* instructions from here to the end of the straight line */
  uint16_t operation;   /* number of its handler */
  uint8_t rd, rs1, rs2;
  uint8_t slots;        /* that it takes */
};

/* The guest's code, and what of its memory native code may access, at the end of the state block's page. */
struct rvr_code { struct insn *first; uint64_t base, slots, code_bytes, area_bytes, direct_base, direct_bytes, is_decoded; };
static inline struct rvr_code *code(char *m) { return (struct rvr_code *)(m - RVR_STATE_BELOW + 3072); }
static inline uint64_t pc_of(char *m, struct insn *at) { return code(m)->base + ((uint64_t)((char *)at - (char *)code(m)->first) >> (4 - SLOT_SHIFT)); }
static inline struct insn *behind(struct insn *at) { return SLOT_BYTES == 4 ? at + 1 : at + at->slots; }
static inline reg x(char *m, uint8_t number) { return (reg)state(m)->x[number]; }
static inline void set(char *m, uint8_t number, reg value) { state(m)->x[number] = value; }
