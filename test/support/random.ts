/** A seeded pseudo-random source for tests. */
export { randomSource } from '../../src/apc/check/random.ts'
