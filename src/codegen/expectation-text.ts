/** Tells the C compiler which way a branch goes. */
import type { Expectation } from '../analysis/expectation.ts'
import type { EmitterContext } from './emitter.ts'

/** Wraps the conditions of branches of which something is known. */
export const expectationText =
  (expectationOf: ((block: number) => Expectation | undefined) | undefined): EmitterContext['expect'] =>
  (block, condition) => {
    const expected = expectationOf?.(block)
    if (expected === undefined) return condition
    const share = expected.share === 1 ? '1.0' : `${expected.share}`
    return `__builtin_expect_with_probability(${condition}, ${expected.taken ? 1 : 0}, ${share})`
  }
