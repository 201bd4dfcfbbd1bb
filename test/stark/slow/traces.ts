/** Tables of a traces archive. */
import { readArchive, rowsOf, TRACES, wordsOf } from './archive.ts'
import type { Rows } from './system.ts'
import type { Witness } from './prove.ts'

export function readTraces(bytes: Uint8Array, airs: number): Witness {
  const [tables, cells, publics] = readArchive(bytes, TRACES, 0).sections.map(wordsOf) as [number[], number[], number[]]
  const none = (): (Rows | undefined)[] => Array.from({ length: airs }, () => undefined)
  const [main, fixed] = [none(), none()]
  let at = 0
  for (const [air, kind, logHeight, width] of rowsOf(tables, 4) as [number, number, number, number][]) {
    const length = width * 2 ** logHeight
    const list = kind === 0 ? fixed : main
    list[air] =
      width > 0 ? rowsOf(cells.slice(at, at + length), width) : Array.from({ length: 2 ** logHeight }, () => [])
    at += length
  }
  return { main, fixed, publics }
}
