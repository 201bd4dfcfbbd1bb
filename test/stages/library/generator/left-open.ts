/** A process of a test's that generates code and closes nothing; prints whether its end came before the thread's. */
import { readFileSync } from 'node:fs'
import { preserveNone } from '../../../../src/codegen/convention.ts'
import { defaultTuning } from '../../../../src/codegen/tuning.ts'
import { parseElf } from '../../../../src/elf/parse.ts'
import { noEvents } from '../../../../src/events.ts'
import { abiNamed } from '../../../../src/extensions/registry.ts'
import { machineFor } from '../../../../src/machine/load.ts'
import { modeNamed } from '../../../../src/modes/registry.ts'
import { Generators } from '../../../../src/stages/library/generator/generators.ts'
import { instructionsDigest } from '../../../../src/stages/library/generator/instructions-digest.ts'

const guest = process.argv[2]!
const image = parseElf(readFileSync(guest), guest)
const abi = abiNamed('openvm')
const machine = await machineFor(guest, image.xlen)
const order = {
  guest: image.digest,
  memory: image.memory,
  abi: abi.choice,
  instructions: instructionsDigest(abi),
  mode: { name: 'pure' },
  machine,
  convention: preserveNone,
  tuning: defaultTuning,
  vectorBytes: 16,
  units: undefined,
  profile: undefined,
  identity: { slots: 0, base: 0, definedSlots: 0 },
  directory: undefined,
  emitDirectory: undefined,
} as const

let isClosed = false
class Watched extends Generators {
  override close(): Promise<void> {
    isClosed = true
    return super.close()
  }
}
const listener = { events: noEvents, receive: () => {} }
const { units } = await new Watched().generate(order, { image, abi, mode: modeNamed('pure') }, listener)
process.once('beforeExit', () => console.log(JSON.stringify({ units, isClosed })))
