/* A byte in front of the dispatch table for each instruction slot: not 0 where a debugger stops the block there. */
static inline uint8_t *breaks(char *m) { return (uint8_t *)(m - RVR_TABLE_BELOW - RVR_AREA_BYTES); }
