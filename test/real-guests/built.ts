/** Builds the real guests, or says why they cannot be built here. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Xlen } from '../../src/elf/image.ts'

const sources = fileURLToPath(new URL('../../cache-fixtures/guests/real', import.meta.url))
const products = fileURLToPath(new URL('../../build/real-guests', import.meta.url))

export type RealGuest = 'secp-verify' | 'sqlite-script'

export const elfOf = (guest: RealGuest, xlen: Xlen): string => join(products, `${guest}.rv${xlen}.elf`)
/** The guest with SQLite not optimised. */
export const quickElfOf = (guest: RealGuest, xlen: Xlen): string => join(products, `${guest}.rv${xlen}.quick.elf`)
/** The same program for this machine, compiled as the guest is. */
export const nativeOf = (guest: RealGuest, compiler: string): string => join(products, `${guest}.native-${compiler}`)
/** The same program for this machine, compiled as fast as can be: for its answers, not for its speed. */
export const witnessOf = (guest: RealGuest): string => join(products, `${guest}.witness`)
/** Where compiled real guests are kept from one run to the next: SQLite takes the C compiler a minute. */
export const cacheDir = join(products, 'cache')

export const onPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some(directory => existsSync(join(directory, program)))

/** Why real guests cannot be built on this machine; undefined where they can. */
export function whyNot(): string | undefined {
  const compiler = 'riscv64-unknown-elf-gcc'
  const missing = ['make', 'npm', compiler].find(program => !onPath(program))
  if (missing !== undefined) return `${missing} is not installed`
  const { status } = spawnSync(compiler, ['--specs=picolibc.specs', '-E', '-x', 'c', '/dev/null'], { stdio: 'ignore' })
  return status === 0 ? undefined : 'picolibc for riscv64-unknown-elf is not installed'
}

export interface Wanted {
  /** Compilers of native twins. */
  readonly compilers?: readonly string[]
  readonly witness?: boolean
  readonly widths?: readonly Xlen[]
  /** The guest of `quickElfOf` in place of that of `elfOf`: for its answers, as the witness is. */
  readonly quick?: boolean
}

/** Brings a guest and its twins up to date. @throws where make fails, with what it printed */
export function build(
  guest: RealGuest,
  { compilers = [], witness = false, widths = [32, 64], quick = false }: Wanted,
): void {
  // An outer make's job server is not open to this process.
  const environment = { ...process.env, MAKEFLAGS: '', MFLAGS: '' }
  const { status, stdout, stderr } = spawnSync(
    'make',
    [
      '-s',
      '-j2',
      '-C',
      sources,
      `NATIVE=${compilers.join(' ')}`,
      `WITNESS=${witness ? 'yes' : ''}`,
      `QUICK=${quick ? 'yes' : ''}`,
      `WIDTHS=${widths.map(xlen => `rv${xlen}`).join(' ')}`,
      guest,
    ],
    { encoding: 'utf8', env: environment },
  )
  if (status !== 0) throw new Error(`${guest} cannot be built: ${stdout}${stderr}`)
}
