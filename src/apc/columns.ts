/** Columns of polynomials, where the passes and the checker look for them. */
export * from '../air/columns.ts'
