/** --abi, --config, --extension and --machine: what a guest is built for. And --mode: what is counted. */
import { Option } from 'commander'
import type { AbiName } from '../../extensions/abi.ts'
import { abiNames } from '../../extensions/registry.ts'
import { modes } from '../../modes/registry.ts'
import type { LoadOptions, MemoryChoice } from '../../sdk/options.ts'
import type { Shell } from '../shell.ts'
import { RvrError } from '../../errors.ts'
import { inputPath, listed, option, valued } from './declare.ts'

export const DEFAULT_MODE = 'pure'

export interface GuestOptions {
  readonly abi: AbiName
  readonly isa?: string
  readonly guestMemory?: MemoryChoice
  readonly machine?: string
  readonly config?: string
  readonly extension: readonly string[]
}

export const modeOption = (): Option =>
  option('--mode <mode>', `what is counted beside the guest's work (default: ${DEFAULT_MODE})`).choices(
    modes.map(mode => mode.name),
  )

const UNITS: Readonly<Record<string, number>> = { m: 2 ** 20, g: 2 ** 30 }

/** `4g`, `512m@0x80000000`. @throws RvrError `USAGE` */
export function parseMemory(text: string): MemoryChoice {
  const [, count, unit, base] = /^(\d{1,5})([mg])(?:@(0x[\da-f]{1,8}|\d{1,10}))?$/i.exec(text) ?? []
  if (count === undefined || unit === undefined)
    throw new RvrError('USAGE', `${JSON.stringify(text)} is no size of memory`, {
      hint: 'Write a size in MiB or GiB, and where it begins if that is not 0: 4g, 512m@0x80000000.',
    })
  return { bytes: Number(count) * UNITS[unit.toLowerCase()]!, ...(base !== undefined && { base: Number(base) }) }
}

export const guestOptions = (): Option[] => [
  option('--abi <abi>', 'what the guest expects of its host')
    .choices(abiNames)
    .default('openvm' satisfies AbiName),
  option(
    '--isa <isa>',
    'instruction sets that the guest has, as rv64im_zba_zbb (default: I, M and what its file lists)',
  ),
  valued(
    '--guest-memory <size[@base]>',
    'memory that the guest has, as 4g or 2g@0x80000000 (default: 512m@0)',
    parseMemory,
  ),
  valued(
    '--config <file>',
    'the openvm.toml that the guest was built with (default: the one beside the guest)',
    inputPath,
  ),
  listed(
    '--extension <path>',
    'module or folder of an extension of your own, repeatable (docs/extensions.md); its code runs in rvr',
  ),
  valued(
    '--machine <file>',
    'chips, widths and limits to count with (default: RV64IM or RV32IM, as the guest; format: docs/machine.md)',
    inputPath,
  ),
]

/** The options of `rvr.load` that come from a command's options. */
export function loadOptions(
  { abi, isa, guestMemory, machine, config, extension }: GuestOptions,
  { signal }: Pick<Shell, 'signal'>,
): LoadOptions {
  return {
    abi,
    signal,
    isa,
    memory: guestMemory,
    machine,
    config,
    extensions: extension.length > 0 ? extension : undefined,
  }
}
