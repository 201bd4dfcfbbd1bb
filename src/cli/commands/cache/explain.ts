/** `rvr cache explain`: would a guest come from the cache, and if not, why not? */
import {
  addGuestOptions,
  addToolchainOptions,
  DEFAULT_MODE,
  loadOptions,
  modeOption,
  rvrOptions,
  type BuildOptions,
  type GuestOptions,
} from '../../options/build.ts'
import { profileOption, profileOptions, type ProfileOptions } from '../../options/profiles.ts'
import type { Subcommand } from './subcommand.ts'
import type { ModeName } from '../../../modes/registry.ts'

interface ExplainOptions extends BuildOptions, GuestOptions, ProfileOptions {
  readonly mode?: ModeName
}

export const explain: Subcommand = {
  name: 'explain',
  summary: 'say what a guest differs in from what is stored',
  argument: { name: 'guest', text: 'RISC-V ELF executable' },
  examples: ['rvr cache explain guest.elf', 'rvr cache explain guest.elf --mode metered --target-cpu x86-64-v3 --json'],
  declare(command) {
    addToolchainOptions(addGuestOptions(command.addOption(modeOption()).addOption(profileOption())))
  },
  async answer({ argument: file, options, progress, shell }) {
    const given = options as unknown as ExplainOptions
    const { Rvr } = await import('../../../index.ts')
    await using rvr = await Rvr.create({ ...rvrOptions(given, progress, shell), remote: false })
    const guest = await rvr.load(file, loadOptions(given, shell))
    const { explainAnswer } = await import('../../../report/cache/explain.ts')
    return explainAnswer(await guest.explainCache(given.mode ?? DEFAULT_MODE, profileOptions(given)))
  },
}
