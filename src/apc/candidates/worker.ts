/** What a thread does that builds candidates. */
import { messageOf, RvrError } from '../../errors.ts'
import type { Block } from '../../air/system.ts'
import { buildCandidate } from './build.ts'
import type { BuilderStart, BuildOutcome } from './messages.ts'
import { writtenSystem } from '../../air/written-system.ts'

/** Never throws: that one candidate cannot be built is no reason to have none. */
export function builtText({ machine, degrees }: BuilderStart, blocks: readonly Block[]): BuildOutcome {
  try {
    const { before, after, system } = buildCandidate(machine, blocks, degrees)
    return { before, after, system: JSON.stringify(writtenSystem(system)) }
  } catch (error) {
    return { code: error instanceof RvrError ? error.code : 'INTERNAL', message: messageOf(error) }
  }
}
