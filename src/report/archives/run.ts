/** What is in the archive of a suspended run: where it stands, and what it is of. */
import type { Archive } from '../../archive/archive.ts'
import { hexText } from '../../hex.ts'
import { savedIn } from '../../run/saved/content.ts'
import { jsonInteger } from '../form/json.ts'
import { line } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'
import type { Inside } from './inside.ts'

export function insideRun(archive: Archive): Inside {
  const { facts, memory } = savedIn(archive)
  const { guest, machine, extensions, xlen, abi, mode, stopCause, pc, instructions, cost } = facts
  const memoryPages = memory.numbers.length
  const stand = { stopCause, pc: hexText(pc), instret: jsonInteger(instructions), cost: jsonInteger(cost) }
  return {
    json: { run: { xlen, abi, mode, ...stand, memoryPages, guest, machine, abiDigest: extensions } },
    head: [
      line('suspended run', `RV${xlen}, abi ${abi}, mode ${mode}, stopped by ${stopCause}`),
      line('stands at', `${hexText(pc)} behind ${grouped(instructions)} instructions`),
      line('cost', grouped(cost)),
      line('memory', count(memoryPages, 'page', 'pages')),
      line('guest', guest),
      line('machine', machine),
      line('abi', extensions),
    ].join(''),
  }
}
