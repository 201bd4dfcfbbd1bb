/** The error of a call whose C is not its reference semantics: whose C it is, where it was called, and with what. */
import { hexText } from '../../hex.ts'
import type { Image } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { ownExtensions } from '../../extensions/compose.ts'
import type { CallDifference, CallOperandFacts } from '../../run/call-witness.ts'
import { placeOf } from './place.ts'

function operandText({ register, access, value, bytes, begins }: CallOperandFacts): string {
  if (bytes === undefined || begins === undefined) return `${register} = ${hexText(value)}`
  const shown = Buffer.from(begins).toString('hex')
  const content = bytes === 0 ? '' : `: ${shown}${bytes > begins.length ? '…' : ''}`
  return `${register} = ${hexText(value)} (${access}, ${bytes} bytes${content})`
}

function operandJson({ begins, ...facts }: CallOperandFacts): object {
  const plain = { ...facts, value: hexText(facts.value) }
  return begins === undefined ? plain : { ...plain, begins: Buffer.from(begins).toString('hex') }
}

interface CheckedGuest {
  readonly image: Image
  readonly abi: GuestAbi
}

/** `instret`: instructions retired before the call. */
export function callError({ image, abi }: CheckedGuest, found: CallDifference, instret: bigint): RvrError {
  const { pc, instruction, c, kind, text, operands } = found
  const has = ({ rows }: GuestAbi['extensions'][number]): boolean => rows.some(({ name }) => name === instruction)
  const extension = abi.extensions.find(has)?.name ?? instruction
  const isOwn = ownExtensions(abi).some(has)
  const place = `instruction ${instret + 1n}, ${placeOf(image, abi, pc)}`
  const given = operands.map(operandText).join(', ')
  const message = `the C function ${c} of extension ${extension} is wrong at ${place}: ${text}. Operands: ${given}`
  const correct = `Correct ${c}, or the reference semantics (execute) of ${instruction} if they are what is wrong.`
  return new RvrError('CHECK_DIVERGED', message, {
    hint: isOwn ? correct : 'This is a defect in rvr; please report it with the guest.',
    details: {
      pc,
      instret: instret + 1n,
      extension,
      instruction,
      function: c,
      kind,
      difference: text,
      operands: operands.map(operandJson),
    },
  })
}
