/** What a warm hit costs: by size of the guest, from here and from a server, in a large store, with many processes at once. Prints Markdown. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openCache } from '../../src/store/cache.ts'
import { digestBytes } from '../../src/store/digest.ts'
import { median } from './statistics.ts'

interface Hits {
  readonly outcome: string
  readonly wallMs: number
  readonly processorMs: number
  readonly hashingMs: number
  readonly hashingProcessorMs: number
}

const ROUNDS = 9
const ENTRIES = 10_000
const PROCESSES = 8
const work = mkdtempSync(join(tmpdir(), 'rvr-bench-cache-'))
const cacheDir = join(work, 'cache')
const guest = readFileSync(new URL('../../cache-fixtures/guests/elf/fibonacci.rv64.elf', import.meta.url))

const program = (name: string): string => join(import.meta.dirname, name)
const row = (...cells: (string | number)[]): void =>
  console.log(
    `| ${cells.map(cell => (typeof cell === 'number' ? cell.toFixed(cell < 10 ? 1 : 0) : cell)).join(' | ')} |`,
  )

/** A guest of so many bytes: what is loaded stays the same, the rest is as debug information would be. */
function guestOf(bytes: number): string {
  const file = join(work, `guest-${bytes}.elf`)
  writeFileSync(file, Buffer.concat([guest, Buffer.alloc(Math.max(0, bytes - guest.length), 0x5a)]))
  return file
}

/** The same with a symbol table in it: names, then 24 bytes for each symbol, then the section headers. */
function guestWithSymbols(bytes: number, symbols: number): string {
  const names = Buffer.from(
    Array.from({ length: symbols }, (_, index) => `\0s${String(index).padStart(10, '0')}`).join('') + '\0',
  )
  const table = Buffer.alloc(24 * symbols)
  const sections = Buffer.alloc(3 * 64)
  const head = Buffer.alloc(bytes - names.length - table.length - sections.length, 0x5a)
  guest.copy(head)
  for (let index = 0; index < symbols; index++) {
    table.writeUInt32LE(12 * index + 1, 24 * index)
    table.set([2, 0, 1, 0], 24 * index + 4) // a function in section 1
    table.writeBigUInt64LE(BigInt(0x10000 + 4 * index), 24 * index + 8)
    table.writeBigUInt64LE(4n, 24 * index + 16)
  }
  const section = (
    index: number,
    type: number,
    offset: number,
    size: number,
    link: number,
    entrySize: number,
  ): void => {
    sections.writeUInt32LE(type, 64 * index + 4)
    for (const [at, value] of [
      [24, offset],
      [32, size],
      [56, entrySize],
    ] as const)
      sections.writeBigUInt64LE(BigInt(value), 64 * index + at)
    sections.writeUInt32LE(link, 64 * index + 40)
  }
  section(1, 2, head.length + names.length, table.length, 2, 24)
  section(2, 3, head.length, names.length, 0, 0)
  head.writeBigUInt64LE(BigInt(bytes - sections.length), 40)
  head.writeUInt16LE(64, 58)
  head.writeUInt16LE(3, 60)
  const file = join(work, 'guest-with-symbols.elf')
  writeFileSync(file, Buffer.concat([head, names, table, sections]))
  return file
}

async function hits(elf: string, url = ''): Promise<Hits> {
  const child = spawn(process.execPath, [program('cache-hits.ts'), elf, cacheDir, String(ROUNDS), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (status !== 0) throw new Error(`a measurement ended with status ${status}`)
  return JSON.parse(output) as Hits
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

async function bySize(): Promise<void> {
  row('guest', 'hit, ms', 'processor, ms', 'reading and hashing it alone, ms', 'processor, ms')
  row('---', '--:', '--:', '--:', '--:')
  const guests = [
    ['10 kB', 10_000],
    ['100 kB', 100_000],
    ['1 MB', 1_000_000],
    ['10 MB', 10_000_000],
    ['50 MB', 50_000_000],
    ['50 MB, 400,000 symbols', 50_000_000, 400_000],
  ] as const
  for (const [name, bytes, symbols] of guests) {
    const { outcome, wallMs, processorMs, hashingMs, hashingProcessorMs } = await hits(
      symbols === undefined ? guestOf(bytes) : guestWithSymbols(bytes, symbols),
    )
    if (outcome !== 'hit') throw new Error(`not a hit: ${outcome}`)
    row(name, wallMs, processorMs, hashingMs, hashingProcessorMs)
  }
}

async function byPlace(): Promise<void> {
  const server = spawn(process.execPath, [program('cache-server.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer]
    const elf = guestOf(20_000)
    for (const [name, url] of [
      ['this machine', ''],
      ['a server on loopback, then stored here', `http://127.0.0.1:${String(port).trim()}`],
    ] as const) {
      const { outcome, wallMs, processorMs } = await hits(elf, url)
      row(`hit from ${name}: ${outcome}`, wallMs, processorMs)
    }
  } finally {
    server.kill()
  }
}

/** Entries of 4 KiB, written as they lie in a store. */
function fillStore(): void {
  const root = join(cacheDir, 'v1')
  const library = Buffer.alloc(4096, 0x7f)
  const digest = digestBytes(library)
  for (let index = 0; index < ENTRIES; index++) {
    const key = digestBytes(`artifact ${index}`)
    const inputKey = digestBytes(`input ${index}`)
    const directory = join(root, 'artifacts', key.slice(0, 2), key)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(join(directory, 'library.so'), library, { mode: 0o400 })
    writeFileSync(
      join(directory, 'manifest.json'),
      JSON.stringify({
        schema: 1,
        key,
        inputKey,
        library: { digest, bytes: 4096 },
        createdMs: index,
        info: {},
        parts: [],
        inputParts: [],
      }),
      { mode: 0o600 },
    )
    writeFileSync(join(directory, 'used'), '', { mode: 0o600 })
    writeFileSync(
      join(root, 'inputs', `${inputKey}.json`),
      JSON.stringify({ schema: 1, input: inputKey, artifact: key }),
      { mode: 0o600 },
    )
  }
}

async function storeTimes(name: string): Promise<void> {
  const cache = await openCache({ cacheDir })
  const library = join(work, 'library')
  const publish: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    writeFileSync(library, `library ${name} ${round}`)
    const key = digestBytes(`${name} ${round}`)
    publish.push(
      await timed(async () =>
        (await cache.publish(key, key, library, { parts: [], inputParts: [], info: {} }))?.file.close(),
      ),
    )
  }
  const hit = await hits(guestOf(10_000))
  row(name, hit.wallMs, median(publish.slice(1)), await timed(() => cache.prune()), await timed(() => cache.list()))
}

async function manyAtOnce(): Promise<void> {
  const elf = guestOf(10_000)
  for (const count of [1, PROCESSES]) {
    const all = await Promise.all(Array.from({ length: count }, () => hits(elf)))
    row(
      `${count} at once`,
      median(all.map(each => each.wallMs)),
      Math.max(...all.map(each => each.wallMs)),
      median(all.map(each => each.processorMs)),
    )
  }
}

try {
  await bySize()
  console.log()
  row('hit of a guest of 20 kB', 'ms', 'processor, ms')
  row('---', '--:', '--:')
  await byPlace()
  console.log()
  row('store', 'hit, ms', 'storing an entry, ms', 'prune with nothing to do, ms', 'ls, ms')
  row('---', '--:', '--:', '--:', '--:')
  await storeTimes('a few entries')
  fillStore()
  await storeTimes(`${ENTRIES} entries`)
  console.log()
  row(`processes, in the store of ${ENTRIES}`, 'hit, ms', 'the slowest process, ms', 'processor, ms')
  row('---', '--:', '--:', '--:')
  await manyAtOnce()
  console.log(
    `\nMedians of ${ROUNDS}. ${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} processors, Node ${process.version}`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
