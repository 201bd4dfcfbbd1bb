/** Guest ABI `openvm`: how a guest starts and ends, input, output (docs/guest-abi.md, "ABI openvm: instructions"). */
import { DEFAULT_MEMORY } from '../../elf/image.ts'
import type { GuestSystem } from '../abi.ts'
import type { Extension } from '../extension.ts'
import { openVmHost } from './host.ts'
import { hintBuffer, hintBufferEffects, hintInput, hintRandom, hintStore, hintStoreEffects } from './hints.ts'
import { printStr, reveal, revealEffects } from './output.ts'
import { rows } from './rows.ts'

/** Exit code of a guest that reaches a word which is no instruction. */
const UNKNOWN_EXIT_CODE = 2

const io: Extension = {
  name: 'io',
  rows,
  handlers: {
    terminate: instr => ({ type: 'terminate', exitCode: instr.imm & 0xff }),
    reveal,
    hint_store: hintStore,
    hint_buffer: hintBuffer,
    hint_input: hintInput,
    hint_random: hintRandom,
    print_str: printStr,
  },
  effects: { reveal: revealEffects, hint_store: hintStoreEffects, hint_buffer: hintBufferEffects },
}

export const openvm: GuestSystem = {
  name: 'openvm',
  memory: DEFAULT_MEMORY,
  base: [io],
  host: openVmHost,
  start: (image, hart) => {
    hart.x.fill(0n)
    hart.pc = image.entry
  },
  unknown: () => ({ type: 'terminate', exitCode: UNKNOWN_EXIT_CODE }),
}
