/** Runs the guests of extensions on both engines, and on one after the other, and holds the runs against each other. */
import { expect } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Artifact, Guest, Run, Rvr } from '../../../src/index.ts'
import { artifactOf, expectSame, fixture, type Engine } from '../../run/support.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { useMoves } from '../../run/tier-support.ts'
import type { ModeName } from '../../../src/index.ts'

const movingAfter = useMoves()

export const modes = ['pure', 'metered', 'metered-cost'] as const

export type GuestName = 'ecrecover' | 'extension-probe' | 'kitchen-sink' | 'pairing-check'

/** The configuration that lies beside a guest's ELF files. */
export const configOf = (name: GuestName): string =>
  new URL(`../../../cache-fixtures/guests/elf/${name}.toml`, import.meta.url).pathname

/** What was made for a key of an object before, or is made now. */
function once<K extends object, V>(known: WeakMap<K, Map<string, V>>, of: K, key: string, make: () => V): V {
  const values = known.get(of) ?? new Map<string, V>()
  known.set(of, values)
  const value = values.get(key) ?? make()
  values.set(key, value)
  return value
}

/** By an Rvr, name and width. */
const guests = new WeakMap<Rvr, Map<string, Promise<Guest>>>()

/** A guest with its configuration, loaded once. */
export function loadGuest(rvr: Rvr, name: GuestName, xlen: Xlen): Promise<Guest> {
  return once(guests, rvr, `${name} ${xlen}`, () => rvr.load(fixture(name, xlen), { config: configOf(name) }))
}

export interface GuestInput {
  readonly inputs: readonly Uint8Array[]
  readonly publicValuesBytes?: number
}

/** A run and what it printed. */
export interface Printed {
  readonly run: Run
  readonly text: string
}

/** By a guest, mode and engine. */
const artifacts = new WeakMap<Guest, Map<string, Promise<Artifact>>>()

export async function runOn(engine: Engine, guest: Guest, mode: string, input: GuestInput): Promise<Printed> {
  const artifact = await once(artifacts, guest, `${mode} ${engine}`, () => artifactOf(guest, mode, engine))
  return runIn(artifact, input)
}

async function runIn(artifact: Artifact, input: GuestInput): Promise<Printed> {
  const pieces: Uint8Array[] = []
  const run = await artifact.execute({ ...input, onPrint: (_stream, bytes) => pieces.push(bytes.slice()) })
  return { run, text: Buffer.concat(pieces).toString('utf8') }
}

/** Guests and modes that have moved. */
const moved = new Set<string>()

/** The first run of every guest in every mode also moves from one engine into the other, soon enough to be quick. */
async function expectMoved(
  guest: Guest,
  mode: string,
  input: GuestInput,
  { run: wanted, text }: Printed,
): Promise<void> {
  const name = `${guest.digest} ${mode}`
  if (moved.has(name)) return
  moved.add(name)
  const third = wanted.instret / 3n
  const after = third < 20_000n ? third : 20_000n
  const { run, text: found } = await runIn(
    await movingAfter(guest, await guest.compile(mode as ModeName), after),
    input,
  )
  expectSame(run, wanted)
  expect([found, run.segments, run.engine, run.interpreted]).toEqual([text, wanted.segments, 'native', after])
  run.dispose()
}

export interface Held {
  /** Native code is held against these. */
  readonly interpreters: readonly Engine[]
}

/** The native interpreter compiles all C of the extensions, which takes long: a guest runs in it at one width. */
export const heldAt = (xlen: Xlen, width: Xlen): Held => ({
  interpreters: isExhaustive || xlen === width ? ['interp', 'native-interp'] : ['interp'],
})

/**
 * Runs natively and in interpreters, holds all to the same end state, and hands the native run to `look` while its
 * memory is there.
 */
async function runAll<T>(
  guest: Guest,
  mode: string,
  { input, interpreters }: Held & { readonly input: GuestInput },
  look: (printed: Printed) => T,
): Promise<T> {
  const native = await runOn('native', guest, mode, input)
  const others: Printed[] = []
  try {
    for (const engine of interpreters) {
      const other = await runOn(engine, guest, mode, input)
      others.push(other)
      const { run, text } = other
      expectSame(native.run, run)
      expect(native.text).toBe(text)
      expect(native.run.segments).toEqual(run.segments)
    }
    await expectMoved(guest, mode, input, native)
    return look(native)
  } finally {
    for (const { run } of [native, ...others]) run.dispose()
  }
}

/** The same in several modes, which agree on everything but what they meter. Gives what `look` saw in the first. */
export async function runModes<T>(
  guest: Guest,
  input: GuestInput,
  look: (printed: Printed) => T,
  inModes: readonly string[] = modes,
  { interpreters }: Held = { interpreters: ['interp', 'native-interp'] },
): Promise<T> {
  const seen: { readonly facts: unknown; readonly value: T }[] = []
  const costs = new Set<bigint>()
  for (const mode of inModes) {
    seen.push(
      await runAll(guest, mode, { input, interpreters }, printed => {
        const { outcome, exitCode, instret, pc, publicValues, cost } = printed.run
        expect(cost === undefined).toBe(mode === 'pure')
        if (cost !== undefined) costs.add(cost)
        return {
          facts: {
            outcome,
            exitCode,
            instret,
            pc,
            publicValues: Buffer.from(publicValues).toString('hex'),
            text: printed.text,
          },
          value: look(printed),
        }
      }),
    )
    expect(seen.at(-1)!.facts).toEqual(seen[0]!.facts)
  }
  expect(costs.size).toBeLessThanOrEqual(1)
  return seen[0]!.value
}

/** Little-endian bytes. */
export function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn))
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

/** Big-endian bytes. */
export const bigEndian = (value: bigint, bytes: number): Uint8Array => littleEndian(value, bytes).toReversed()
