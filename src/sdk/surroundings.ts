/** What a guest runs in: its ABI with all extensions, and the machine whose chips its cost is counted in. */
import { isDeepStrictEqual } from 'node:util'
import { doubtsAbout } from '../elf/doubts.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { EventSink } from '../events.ts'
import type { AbiChoice, GuestAbi, GuestConfig } from '../extensions/abi.ts'
import { configBeside, configOf, loadConfig } from '../extensions/config.ts'
import { abiNamed, decoderFor, guestAbi, unknownTables } from '../extensions/registry.ts'
import { isStandardInput } from '../files/standard-input.ts'
import { missingSets, setsAsked, setsGiven } from '../isa/sets.ts'
import { withChips } from '../machine/chips.ts'
import { machineFor } from '../machine/load.ts'
import type { Machine } from '../machine/machine.ts'
import { checkGuest } from '../machine/specialise.ts'
import type { LoadOptions } from './options.ts'

export interface Surroundings {
  readonly abi: GuestAbi
  readonly machine: Machine
}

export interface SurroundingServices {
  readonly events: EventSink
  /** Where the cache keeps what it remembers; undefined where it keeps nothing. */
  readonly memoDirectory?: string | undefined
}

async function configFor(
  file: string | undefined,
  { abi = 'openvm', config, signal }: LoadOptions,
): Promise<GuestConfig | undefined> {
  if (config === false) return undefined
  if (abi !== 'openvm') {
    if (config !== undefined)
      throw new RvrError('USAGE', `ABI ${abi} has no configuration`, {
        hint: 'Leave the configuration out, or choose ABI openvm.',
      })
    return undefined
  }
  if (typeof config === 'string') return loadConfig(config, signal)
  if (config !== undefined) return configOf(config, '<object>')
  return file === undefined || isStandardInput(file) ? undefined : configBeside(file, signal)
}

/**
 * @param file the guest's file, beside which its configuration may lie; undefined for bytes
 * @throws RvrError `IO`, `ABORTED`, `CONFIG_INVALID`, `MACHINE_INVALID`, `USAGE`
 */
export async function surroundingsOf(
  image: Image,
  file: string | undefined,
  options: LoadOptions,
  { events, memoDirectory }: SurroundingServices,
): Promise<Surroundings> {
  const config = await configFor(file, options)
  const { extensions: own = [] } = options
  const extensions =
    own.length === 0 ? [] : await Promise.all(own.map((await import('../extensions/own.ts')).ownModule))
  const { isa } = options
  const sets = isa === undefined ? setsAsked(image) : setsGiven(isa, image.xlen)
  const name = options.abi ?? 'openvm'
  const abiChoice: AbiChoice = {
    name,
    ...(!isDeepStrictEqual(image.memory, abiNamed(name).memory) && { memory: image.memory }),
    ...(sets !== undefined && { sets }),
    ...(config !== undefined && { config }),
    ...(extensions.length > 0 && { extensions }),
  }
  const abi = await guestAbi(abiChoice)
  const loadedFor = { abi: abiChoice.name, missing: missingSets(image.architecture, sets) }
  for (const message of doubtsAbout(image, file ?? 'the guest', loadedFor)) events({ type: 'warning', message })
  if (config !== undefined) {
    for (const table of unknownTables(
      config,
      abi.extensions.map(({ name }) => name),
    )) {
      events({
        type: 'warning',
        message: `configuration ${config.origin}: rvr has no extension ${table}; its instructions will end the guest`,
      })
    }
  }
  const { machine: choice, signal } = options
  // Nothing else has AIRs that have to be read.
  const memo = typeof choice === 'string' ? (await import('../trace/airs-memo.ts')).airMemo(memoDirectory) : undefined
  const machine = await machineFor(file ?? '<bytes>', image.xlen, choice, { signal, memo })
  checkGuest(machine, { image, decode: decoderFor(image.xlen, abi), name: file ?? '<bytes>' })
  return { abi, machine: withChips(machine, abi.extensions) }
}
