/** Constraint systems of blocks, where the passes and the checker look for them. */
export * from '../air/system.ts'
