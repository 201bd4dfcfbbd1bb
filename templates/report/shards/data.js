/** The data of the page, as src/report/shards/page-data.ts writes them: rows are tuples. */

/**
 * @typedef {[number: number, start: number, instructions: number, writes: number, staticLater: number,
 *   dynamicLater: number, reads: number, copied: number, registers: number, words: number, leaves: number,
 *   pages: number, memoryCells: number, wordCells: number]} Shard
 */

/** Words that a shard leaves and takes up: of a region, a function, or an instruction. @typedef {object} Entry
 * @property {number} shard -1: all shards
 * @property {string} name
 * @property {string} at an instruction's address
 * @property {number} written
 * @property {number} read
 */

/** @typedef {[shard: number, name: number, written: number, read: number, address?: string]} EntryRow */

/** @typedef {[name: string, address: string]} Place */
/** @typedef {{ words: number, region: string, producer: Place, consumer: Place }} Pair */
/** @typedef {{ routine: string, caller: string, written: number, read: number }} Copies */
/** @typedef {{ of: string, name: string, base: number, now: number }} Change */

/**
 * @typedef {object} Data
 * @property {{ path: string, digest: string }} guest
 * @property {string} facts
 * @property {Shard[]} shards
 * @property {Entry[]} regions
 * @property {Entry[]} functions
 * @property {Entry[]} instructions
 * @property {Pair[]} pairs
 * @property {Copies[]} copies
 * @property {{ base: string, changes: Change[] } | undefined} comparison
 */

export const ALL_SHARDS = -1

/** @param {any} data @returns {Data} */
export function dataOf({ names, regions, functions, instructions, pairs, copies, comparison, ...rest }) {
  const entries = (/** @type {EntryRow[]} */ rows) =>
    rows.map(([shard, name, written, read, at = '']) => ({ shard, name: names[name], at, written, read }))
  return {
    ...rest,
    regions: entries(regions),
    functions: entries(functions),
    instructions: entries(instructions),
    pairs: pairs.map((/** @type {any[]} */ [words, region, from, at, to, there]) => ({
      words,
      region,
      producer: [names[from], at],
      consumer: [names[to], there],
    })),
    copies: copies.map((/** @type {any[]} */ [routine, caller, written, read]) => ({
      routine: names[routine],
      caller: caller < 0 ? '' : names[caller],
      written,
      read,
    })),
    comparison: comparison && {
      base: comparison.base,
      changes: comparison.changes.map((/** @type {any[]} */ [of, name, base, now]) => ({ of, name, base, now })),
    },
  }
}
