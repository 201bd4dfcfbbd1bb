/** --gdb of `rvr run`: where a debugger may connect. */
import type { Option } from 'commander'
import { RvrError } from '../../errors.ts'
import { valued } from './declare.ts'

export interface GdbOptions {
  readonly gdb?: Listening
}

/** Port 0: any that is free. */
export interface Listening {
  readonly host: string
  readonly port: number
}

/** Mode of the guest while a debugger has it. */
export const DEBUG_MODE = 'debug'
const LOOPBACK = '127.0.0.1'
const MOST_PORT = 65_535

/** `PORT`, `HOST:PORT` or `[HOST]:PORT`. @throws RvrError `USAGE`. */
export function parseListening(text: string): Listening {
  const [, bracketed, plain, digits] = /^(?:(?:\[([0-9a-f:.]+)\]|([^:\s]+)):)?(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > MOST_PORT)
    throw new RvrError('USAGE', `${JSON.stringify(text)} is no place to wait for a debugger`, {
      hint: 'Write --gdb PORT or --gdb HOST:PORT; port 0 is any that is free.',
    })
  return { host: bracketed ?? plain ?? LOOPBACK, port }
}

/** What a debugger decides, or what it has no use for. */
const OTHERS = [
  'mode',
  'artifact',
  'check',
  'traceInstructions',
  'stopAtSegment',
  'save',
  'resume',
  'profileOut',
  'maxInstructions',
  'maxCost',
  'timeout',
]

export const gdbOption = (): Option =>
  valued(
    '--gdb <[host:]port>',
    'wait for gdb (target remote) there and let it run the guest (default host: 127.0.0.1; docs/debugging.md)',
    parseListening,
  ).conflicts(OTHERS)
