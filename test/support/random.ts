/** A seeded pseudo-random source for tests. */
export { randomSource, type Random } from '../../src/apc/check/random.ts'
