/** Words that one shard of a run leaves and a later one takes up, by a log of all accesses (docs/shards.md). */
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import type { Guest } from '../../src/index.ts'
import { createInterpreter } from '../../src/interp/interpreter.ts'
import { loadImage } from '../../src/interp/memory.ts'
import { createHart } from '../../src/program/hart.ts'

/** Every access to a word, one after another: the word, and how many instructions had retired before. */
export interface AccessLog {
  readonly words: readonly number[]
  readonly instret: readonly number[]
  /** Words that the image's loader writes. */
  readonly loaded: ReadonlySet<number>
}

/** Runs the guest in the interpreter; words of public values are numbered behind those of memory. */
export function accessesOf({ image, abi }: Guest, inputs: readonly Uint8Array[]): AccessLog {
  const bytes = image.xlen / 8
  const hart = createHart(image.xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  abi.start(image, hart, { inputs })
  const words: number[] = []
  const instret: number[] = []
  let retired = 0
  const interpreter = createInterpreter(image, abi, {
    watcher: {
      touched(space, address, length) {
        const base = space === 1 ? 0 : MEMORY_BYTES
        const last = Math.floor((base + address + length - 1) / bytes)
        for (let word = Math.floor((base + address) / bytes); word <= last; word++) {
          words.push(word)
          instret.push(retired)
        }
      },
      retired: () => retired++,
    },
  })
  const host = abi.host.create(image, { inputs })
  interpreter.run(hart, host, { maxInstructions: Infinity, print: () => {} })
  const loaded = image.segments.flatMap(segment => {
    const first = Math.floor(segment.address / bytes)
    const end = Math.ceil((segment.address + segment.bytes.length) / bytes)
    return Array.from({ length: end - first }, (_, index) => first + index)
  })
  return { words, instret, loaded: new Set(loaded) }
}

/** External writes of each shard, of shards that end at `ends`; external reads of all of them are as many. */
export function externalWrites({ words, instret, loaded }: AccessLog, ends: readonly number[]): number[] {
  const writes = Array.from({ length: ends.length + 1 }, () => 0)
  const last = new Map<number, number>([...loaded].map(word => [word, 0]))
  let shard = 0
  for (const [index, word] of words.entries()) {
    while (shard < ends.length && ends[shard]! <= instret[index]!) shard++
    const before = last.get(word) ?? shard
    if (before !== shard) writes[before]!++
    last.set(word, shard)
  }
  return writes
}
