/** What the digests in the key of a library stand for. */
import type { Extension } from '../../extensions/extension.ts'
import type { MachineFile } from '../../machine/machine.ts'
import { digestBytes } from '../../store/digest.ts'
import type { Details } from '../../store/explain/details.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { toolchainDetails } from '../make/details.ts'
import { generatorFiles } from './generator-digest.ts'

interface Described {
  readonly toolchain: Toolchain
  readonly machine: MachineFile
  readonly extensions: readonly Extension[]
}

/** `{a: {b: 1}}` → `{'a.b': '1'}`; members of lists go by their `name`, if they have one. */
function flattened(value: unknown, path: string, into: Record<string, string>): Record<string, string> {
  if (typeof value !== 'object' || value === null) {
    into[path] = String(value)
    return into
  }
  for (const [field, member] of Object.entries(value)) {
    const { name } = (typeof member === 'object' && member !== null ? member : {}) as { name?: unknown }
    const step = Array.isArray(value) && typeof name === 'string' ? name : field
    flattened(member, path === '' ? step : `${path}.${step}`, into)
  }
  return into
}

/** Systems of autoprecompiles are too much to tell; their sizes say which of them are others. */
const told = ({ autoprecompiles, ...machine }: MachineFile): object => ({
  ...machine,
  autoprecompiles: autoprecompiles?.list.map(({ chip, instructions, system }) => ({
    name: chip,
    instructions: instructions.length,
    columns: system.columns.length,
    messages: system.messages.length,
    constraints: system.constraints.length,
  })),
})

/** What the digests in an input key stand for. */
export function keyDetails({ toolchain, machine, extensions }: Described): Details {
  const digestOf = ({ rows, files = [] }: Extension): string => digestBytes(JSON.stringify([rows, files])).slice(0, 16)
  return {
    generator: generatorFiles(),
    machine: flattened(JSON.parse(JSON.stringify(told(machine))), '', {}),
    'input/extensions': Object.fromEntries(extensions.map(extension => [extension.name, digestOf(extension)])),
    ...toolchainDetails(toolchain),
  }
}
