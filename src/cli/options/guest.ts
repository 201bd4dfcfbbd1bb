/** --abi, --config, --extension and --machine: what a guest is built for. And --mode: what is counted. */
import { Option } from 'commander'
import type { AbiName } from '../../extensions/abi.ts'
import { abiNames } from '../../extensions/registry.ts'
import { modes } from '../../modes/registry.ts'
import type { LoadOptions } from '../../sdk/options.ts'
import type { Shell } from '../shell.ts'
import { inputPath, listed, option, valued } from './declare.ts'

export const DEFAULT_MODE = 'pure'

export interface GuestOptions {
  readonly abi: AbiName
  readonly isa?: string
  readonly machine?: string
  readonly config?: string
  readonly extension: readonly string[]
}

export const modeOption = (): Option =>
  option('--mode <mode>', `what is counted beside the guest's work (default: ${DEFAULT_MODE})`).choices(
    modes.map(mode => mode.name),
  )

export const guestOptions = (): Option[] => [
  option('--abi <abi>', 'what the guest expects of its host')
    .choices(abiNames)
    .default('openvm' satisfies AbiName),
  option(
    '--isa <isa>',
    'instruction sets that the guest has, as rv64im_zba_zbb (default: I, M and what its file lists)',
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
  { abi, isa, machine, config, extension }: GuestOptions,
  { signal }: Pick<Shell, 'signal'>,
): LoadOptions {
  return { abi, signal, isa, machine, config, extensions: extension.length > 0 ? extension : undefined }
}
