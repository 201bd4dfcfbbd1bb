/** `rvr cache explain`: would a guest come from the cache, and if not, why not? */
import type { ModeName } from '../../../modes/registry.ts'
import { openGuest } from '../../open-guest.ts'
import { toolchainOptions, type BuildOptions } from '../../options/build.ts'
import { addOptions } from '../../options/declare.ts'
import { DEFAULT_MODE, guestOptions, modeOption, type GuestOptions } from '../../options/guest.ts'
import { profileOption, type ProfileOptions } from '../../options/profiles.ts'
import type { Subcommand } from './subcommand.ts'

interface ExplainOptions extends BuildOptions, GuestOptions, ProfileOptions {
  readonly mode?: ModeName
}

export const explain: Subcommand = {
  name: 'explain',
  summary: 'say what a guest differs in from what is stored',
  argument: { name: 'guest', text: 'RISC-V ELF executable' },
  examples: ['rvr cache explain guest.elf', 'rvr cache explain guest.elf --mode metered --target-cpu x86-64-v3 --json'],
  declare(command) {
    addOptions(command, [modeOption(), profileOption(), ...guestOptions(), ...toolchainOptions()])
  },
  async answer({ argument: file, options, progress, shell }) {
    const given = options as unknown as ExplainOptions
    const { mode = DEFAULT_MODE, profile } = given
    await using opened = await openGuest(file, { options: given, progress, shell, own: { remote: false } })
    const { explainAnswer } = await import('../../../report/cache/explain.ts')
    return explainAnswer(await opened.guest.explainCache(mode, { profile }))
  },
}
