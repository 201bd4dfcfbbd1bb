/** Makes, saves and takes back what the host of a `linux` guest keeps. */
import * as v from 'valibot'
import { ADDRESSES, DEFAULT_MEMORY, type Image } from '../../elf/image.ts'
import type { HostKeeper } from '../host.ts'
import { randomText, SavedRandom } from '../random.ts'
import { releaseFiles, resumeFiles } from './files/handles.ts'
import { SavedFiles, standardFiles } from './files/table.ts'
import type { LinuxHost } from './host.ts'
import { PAGE_BYTES } from './layout.ts'
import { MOST_MAPPINGS, type Mapping } from './mappings.ts'
import { pidOf } from './process.ts'
import { unknownCallWarning } from './unknown-calls.ts'

/** More of them are not remembered. */
export const MOST_UNKNOWN_CALLS = 64

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const address = v.pipe(count, v.maxValue(ADDRESSES))
const page = v.pipe(address, v.multipleOf(PAGE_BYTES))
const natural = v.pipe(
  v.string(),
  v.regex(/^\d{1,20}$/),
  v.transform(text => BigInt(text)),
)
const struct = v.pipe(v.string(), v.regex(/^([0-9a-f]{2}){12,24}$/))
const Saved = v.strictObject({
  stdin: count,
  stdinPosition: count,
  brk: address,
  brkStart: address,
  mappings: v.pipe(v.array(v.strictObject({ from: page, to: page, isFile: v.boolean() })), v.maxLength(MOST_MAPPINGS)),
  random: SavedRandom,
  pid: v.pipe(count, v.maxValue(2 ** 31 - 1)),
  slept: natural,
  umask: v.pipe(count, v.maxValue(0o777)),
  signals: v.strictObject({
    actions: v.record(v.pipe(v.string(), v.regex(/^[1-9]\d?$/)), struct),
    blocked: natural,
    stack: v.optional(struct),
  }),
  files: SavedFiles,
  unknownCalls: v.pipe(v.array(v.number()), v.maxLength(MOST_UNKNOWN_CALLS)),
})

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const breakStart = (image: Image): number => Math.ceil(image.end / PAGE_BYTES) * PAGE_BYTES

const isAscending = (mappings: readonly Mapping[]): boolean =>
  mappings.every(({ from, to }, index) => from < to && (index === 0 || mappings[index - 1]!.to <= from))

const NONE = new Uint8Array()

export const linuxHost: HostKeeper<LinuxHost> = {
  create: (image, { inputs, seed = 0n, directories = [] }) => ({
    stdin: concatenate(inputs),
    stdinPosition: 0,
    brk: breakStart(image),
    brkStart: breakStart(image),
    mappings: [],
    random: { seed, drawn: 0n },
    pid: pidOf(seed),
    slept: 0n,
    umask: 0o022,
    signals: { actions: {}, blocked: 0n },
    files: standardFiles(),
    directories,
    unknownCalls: [],
  }),
  publicValues: () => NONE,
  trim() {},
  release: releaseFiles,
  warnings: ({ unknownCalls }) => unknownCalls.map(unknownCallWarning),
  save({ stdin, random, slept, signals, directories: _given, ...rest }, keep): v.InferInput<typeof Saved> {
    const { actions, blocked, stack } = signals
    return {
      ...rest,
      mappings: [...rest.mappings],
      stdin: keep(stdin),
      random: randomText(random),
      slept: `${slept}`,
      signals: { actions, blocked: `${blocked}`, stack },
    }
  },
  restore(saved, bytes, { directories = [], memory = DEFAULT_MEMORY } = {}) {
    const { stdin, ...rest } = v.parse(Saved, saved)
    if (rest.brk < rest.brkStart) throw new Error('the break is below its start')
    if (Math.max(rest.brk, rest.mappings.at(-1)?.to ?? 0) > memory.bytes) throw new Error('it has more than its memory')
    if (!isAscending(rest.mappings)) throw new Error('its mappings overlap')
    const host = { ...rest, stdin: bytes(stdin), directories }
    resumeFiles(host)
    return host
  },
}
