/** The stack that a `linux` guest starts with: argc, argv, envp, auxiliary vector, texts (RISC-V psABI). */
import { RvrError } from '../../errors.ts'
import type { Hart } from '../../program/hart.ts'
import { drawRandom } from '../random.ts'
import { MAX_ARGUMENT_BYTES, PAGE_BYTES, STACK_END } from './layout.ts'

const AT_NULL = 0
const AT_PAGESZ = 6
const AT_ENTRY = 9
const AT_SECURE = 23
const AT_RANDOM = 25
const RANDOM_BYTES = 16
const alignDown = (address: number): number => address - (address % 16)

/**
 * Writes the initial stack and returns the stack pointer (16-byte aligned, pointing at argc). The environment is empty.
 * The bytes that AT_RANDOM points at follow from `seed` and are not part of getrandom's stream.
 *
 * @throws RvrError `USAGE` when the arguments take more than 128 KiB, or contain a zero byte
 */
export function writeStack(hart: Hart, entry: number, args: readonly string[], seed: bigint): number {
  const { memory, view } = hart
  const texts = args.map(argument => new TextEncoder().encode(argument))
  const total = texts.reduce((sum, text) => sum + text.length + 1 + 8, 0)
  if (total > MAX_ARGUMENT_BYTES) {
    throw new RvrError('USAGE', `the guest's arguments take ${total} bytes, wanted at most ${MAX_ARGUMENT_BYTES}`, {
      hint: 'Pass large data as input (standard input) instead.',
    })
  }
  let at = STACK_END
  const push = (bytes: Uint8Array): number => {
    at -= bytes.length
    memory.set(bytes, at)
    return at
  }
  const pointers = texts.map((text, index) => {
    if (text.includes(0))
      throw new RvrError('USAGE', `argument ${index} of the guest contains a zero byte`, {
        hint: 'Arguments are zero-terminated; pass binary data as input.',
      })
    at -= 1
    memory[at] = 0
    return push(text)
  })
  const random = push(drawRandom({ seed: -1n - seed, drawn: 0n }, RANDOM_BYTES))
  const words = [
    args.length,
    ...pointers,
    0,
    0,
    AT_PAGESZ,
    PAGE_BYTES,
    AT_ENTRY,
    entry,
    AT_SECURE,
    0,
    AT_RANDOM,
    random,
    AT_NULL,
    0,
  ]
  const width = hart.xlen / 8
  const sp = alignDown(at - words.length * width)
  for (const [index, word] of words.entries()) {
    if (width === 8) view.setBigUint64(sp + index * 8, BigInt(word), true)
    else view.setUint32(sp + index * 4, word, true)
  }
  return sp
}
