/** The stack that a `linux` guest starts with: argc, argv, envp, auxiliary vector, texts (RISC-V psABI). */
import { RvrError } from '../../errors.ts'
import type { Hart } from '../../program/hart.ts'
import { drawRandom } from '../random.ts'
import { setGuestWord } from './call.ts'
import { MAX_ARGUMENT_BYTES, PAGE_BYTES, stackEnd } from './layout.ts'
import { initialRandom, USER } from './process.ts'
import type { ProgramHeaders } from './program-headers.ts'

const AT = {
  NULL: 0,
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  EXECFN: 31,
} as const
const TICKS_PER_SECOND = 100
const RANDOM_BYTES = 16
const alignDown = (address: number): number => address - (address % 16)

/** What a program finds on its stack. */
export interface Beginning {
  readonly entry: number
  readonly headers: ProgramHeaders | undefined
  /** Bit n: the instruction set has the letter 'a' + n. */
  readonly hwcap: number
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly seed: bigint
}

const encoded = (texts: readonly string[]): Uint8Array[] => texts.map(text => new TextEncoder().encode(text))

function checkTexts(args: readonly Uint8Array[], env: readonly Uint8Array[]): void {
  const total = [...args, ...env].reduce((sum, text) => sum + text.length + 1 + 8, 0)
  if (total > MAX_ARGUMENT_BYTES) {
    const message = `the guest's arguments and environment take ${total} bytes, wanted at most ${MAX_ARGUMENT_BYTES}`
    throw new RvrError('USAGE', message, { hint: 'Pass large data as input (standard input) instead.' })
  }
  const refuse = (what: string): RvrError =>
    new RvrError('USAGE', `${what} contains a zero byte`, {
      hint: 'Texts are zero-terminated; pass binary data as input.',
    })
  const wrong = args.findIndex(text => text.includes(0))
  if (wrong >= 0) throw refuse(`argument ${wrong} of the guest`)
  if (env.some(text => text.includes(0))) throw refuse("the guest's environment")
}

/**
 * Writes the initial stack and returns the stack pointer (16-byte aligned, pointing at argc). The bytes that AT_RANDOM
 * points at follow from `seed` and are not part of getrandom's stream.
 *
 * @throws RvrError `USAGE` when the texts take more than 128 KiB, or contain a zero byte
 */
export function writeStack(hart: Hart, { entry, headers, hwcap, args, env, seed }: Beginning): number {
  const argTexts = encoded(args)
  const envTexts = encoded(Object.entries(env).map(([name, value]) => `${name}=${value}`))
  checkTexts(argTexts, envTexts)
  let at = stackEnd(hart.memory.length)
  const push = (bytes: Uint8Array): number => {
    at -= bytes.length
    hart.memory.set(bytes, at)
    return at
  }
  const pushText = (text: Uint8Array): number => {
    push(Uint8Array.of(0))
    return push(text)
  }
  const argv = argTexts.map(pushText)
  const envp = envTexts.map(pushText)
  const random = push(drawRandom(initialRandom(seed), RANDOM_BYTES))
  const auxiliary: [number, number][] = [
    [AT.PAGESZ, PAGE_BYTES],
    [AT.BASE, 0],
    [AT.FLAGS, 0],
    [AT.ENTRY, entry],
    [AT.UID, USER],
    [AT.EUID, USER],
    [AT.GID, USER],
    [AT.EGID, USER],
    [AT.HWCAP, hwcap],
    [AT.CLKTCK, TICKS_PER_SECOND],
    [AT.SECURE, 0],
    [AT.RANDOM, random],
  ]
  if (headers !== undefined)
    auxiliary.unshift([AT.PHDR, headers.address], [AT.PHENT, headers.entryBytes], [AT.PHNUM, headers.count])
  if (argv.length > 0) auxiliary.push([AT.EXECFN, argv[0]!])
  const words = [args.length, ...argv, 0, ...envp, 0, ...auxiliary.flat(), AT.NULL, 0]
  const width = hart.xlen / 8
  const sp = alignDown(at - words.length * width)
  for (const [index, word] of words.entries()) setGuestWord(hart, sp + index * width, word)
  return sp
}
