/* Execution counts in front of the dispatch table, one for each instruction slot. */
static inline int64_t *counts(char *m) { return (int64_t *)(m - RVR_TABLE_BELOW - RVR_AREA_BYTES); }
