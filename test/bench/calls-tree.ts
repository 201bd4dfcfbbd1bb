/** What becoming a profile, a file and a page takes a tree of many calling contexts that no guest had. */
import { readFileSync } from 'node:fs'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { guestProfile } from '../../src/guest-profile/build.ts'
import { guestProfileText } from '../../src/guest-profile/file.ts'
import { html } from '../../src/guest-profile/formats/html.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import type { CallCounts } from '../../src/modes/calls/counts.ts'
import { functionsOf, type Functions } from '../../src/modes/calls/functions.ts'
import { kernelGuest } from './kernels.ts'
import { markdown } from './table.ts'

/** Calls that follow one another before three others begin at the end of them. */
const CHAIN = 50

function syntheticCounts({ starts, ends }: Functions, count: number): CallCounts {
  const index = Array.from({ length: count }, (_, path) => path)
  const parent = new Int32Array(count).fill(-1)
  const callee = new Int32Array(count)
  for (let path = 1; path < count; path++) {
    const chain = path / CHAIN
    const begins = Number.isInteger(chain)
    parent[path] = begins ? Math.floor((chain - 1) / 3) * CHAIN + CHAIN - 1 : path - 1
    callee[path] = (callee[parent[path]!]! + 1 + (begins ? chain % 3 : 0)) % starts.length
  }
  // Two stretches of each, of one instruction and of all the others.
  const runs = index.flatMap(path => [path, path])
  const slots = (path: number): number => (ends[callee[path]!]! - starts[callee[path]!]!) / 4
  return {
    functions: starts,
    paths: { parent, function: callee, isTail: new Uint8Array(count) },
    contexts: {
      path: Uint32Array.from(index),
      step: new Int32Array(count),
      calls: new Float64Array(count).fill(1),
      touches: undefined,
      firstRun: Uint32Array.from([...index, count].map(path => path * 2)),
    },
    runs: {
      slotBytes: 4,
      pc: Uint32Array.from(runs, (path, run) => starts[callee[path]!]! + (run % 2) * 4),
      instructions: Uint32Array.from(runs, (path, run) => (run % 2 === 0 ? 1 : slots(path) - 1)),
      times: Float64Array.from(runs, (_, run) => 1 + (run % 7)),
    },
    extraRows: { context: new Uint32Array(), pc: new Uint32Array(), rows: new Float64Array() },
    unmatched: 0,
    skipped: 0,
    forgotten: 0,
  }
}

function timed<T>(work: () => T): { readonly value: T; readonly seconds: string } {
  const before = process.cpuUsage()
  const value = work()
  return { value, seconds: (process.cpuUsage(before).user / 1e6).toFixed(1) }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

function size(parts: Iterable<string | Uint8Array>): number {
  let bytes = 0
  for (const part of parts) bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length
  return bytes
}

/** Processor time of each step and what it leaves, for so many contexts. */
export function largeTree(contexts: number): string {
  const image = parseElf(readFileSync(kernelGuest('bytecode', 64)), 'bytecode')
  const counts = syntheticCounts(functionsOf(image, 4), contexts)
  const subject = {
    image,
    abi: abiNamed('linux'),
    machine: defaultMachine(64),
    guestName: 'synthetic',
    outcome: 'terminated' as const,
  }
  const built = timed(() => guestProfile(subject, { calls: counts }))
  const json = timed(() => size(guestProfileText(built.value)))
  const page = timed(() => size(html.write(built.value, { unit: 'instructions' })))
  const nodes = built.value.nodes.parent.length
  return markdown(
    [`${contexts} contexts`, 'processor time, s', 'MB'],
    [
      [`profile of ${nodes} nodes`, built.seconds, ''],
      ['JSON', json.seconds, megabytes(json.value)],
      ['html', page.seconds, megabytes(page.value)],
    ],
  )
}
