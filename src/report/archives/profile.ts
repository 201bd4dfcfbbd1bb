/** What is in the archive of a profile: how much of the guest was executed, and how often. */
import type { Archive } from '../../archive/archive.ts'
import { profileIn } from '../../profile/content.ts'
import { jsonInteger } from '../form/json.ts'
import { line } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'
import type { Inside } from './inside.ts'

export function insideProfile(archive: Archive): Inside {
  const { guest, abi, stretches } = profileIn(archive)
  const instructions = stretches.reduce((sum, { instructions: own }) => sum + own, 0)
  const executions = stretches.reduce((sum, each) => sum + BigInt(each.instructions) * BigInt(each.count), 0n)
  const blocks = count(stretches.length, 'block', 'blocks')
  const executed = `${count(instructions, 'instruction', 'instructions')} in ${blocks}`
  return {
    json: { profile: { guest, abi, blocks: stretches.length, instructions, executions: jsonInteger(executions) } },
    head: [
      line('counts of', `${executed}: ${grouped(executions)} executions`),
      line('guest', guest),
      line('abi', abi),
    ].join(''),
  }
}
