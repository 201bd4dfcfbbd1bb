/** Packets `q…`: what a client asks of the server and the guest, but for `qRcmd`. */
import type { Debugger } from '../sdk/debugger/debugger.ts'
import { MALFORMED, NOWHERE, OK, UNKNOWN } from './answers.ts'
import { number } from './hex.ts'
import { MOST_BODY } from './packets.ts'
import { targetDescription } from './target-description.ts'

const FEATURES = [
  `PacketSize=${MOST_BODY.toString(16)}`,
  'QStartNoAckMode+',
  'qXfer:features:read+',
  'qXfer:exec-file:read+',
  'ReverseStep+',
  'ReverseContinue+',
  'vContSupported+',
  'swbreak+',
  'hwbreak+',
]

/** The one thread that a guest has. */
const ANSWERS: Readonly<Record<string, string>> = {
  qC: 'QC1',
  qfThreadInfo: 'm1',
  qsThreadInfo: 'l',
  // rvr started the guest: who quits ends it.
  qAttached: '0',
  qTStatus: UNKNOWN,
  qOffsets: 'Text=0;Data=0;Bss=0',
  qSymbol: OK,
}

/** `file`: the guest's path. */
export function answerQuery(text: string, guest: Pick<Debugger, 'xlen'>, file: string): string {
  const [name = '', ...others] = text.split(':')
  if (name === 'qSupported') return FEATURES.join(';')
  if (name !== 'qXfer') return ANSWERS[name] ?? UNKNOWN
  const [what, action, annex, range] = others
  if (action !== 'read') return UNKNOWN
  if (what === 'features') return annex === 'target.xml' ? part(targetDescription(guest.xlen), range) : NOWHERE
  return what === 'exec-file' ? part(Buffer.from(file).toString('latin1'), range) : UNKNOWN
}

/** So much of a text from some place on as is asked for: `l` where that is its end, else `m`. */
function part(text: string, range: string | undefined): string {
  const [offset, length] = (range ?? '').split(',').map(number)
  if (offset === undefined || length === undefined) return MALFORMED
  // Each character may need an escape.
  const end = offset + Math.min(length, MOST_BODY / 2)
  return `${end < text.length ? 'm' : 'l'}${text.slice(offset, end)}`
}
