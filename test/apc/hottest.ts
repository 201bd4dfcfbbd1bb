/** The 12 hottest blocks of each of five guests of RV64, by executions × instructions at scale 2, as mode profile counts. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { programRow } from '../../src/air/fill.ts'
import { shippedAirs } from '../../src/air/load.ts'
import type { BlockMachine } from '../../src/apc/block.ts'
import { systemBuses } from '../../src/air/system-buses.ts'
import type { Block } from '../../src/air/system.ts'
import { parseElf } from '../../src/elf/parse.ts'
import type { Instr } from '../../src/isa/row.ts'
import { fetchAt } from '../../src/program/slots.ts'
import { codingOf, decoderFor } from '../air/execute.ts'

const set = shippedAirs(64)

export const rv64Machine: BlockMachine = { airs: set.airs, buses: systemBuses(set.buses, 64) }

export interface HotBlock extends Block {
  readonly name: string
  readonly executions: number
  readonly listed: readonly Instr[]
}

interface Listed {
  readonly guest: string
  readonly start: number
  readonly instructions: number
  readonly executions: number
}

const guests = new URL('../../cache-fixtures/guests/elf/', import.meta.url)

/** Rows of the program table, without their pc. */
export const entriesOf = (listed: readonly Instr[]): readonly (readonly number[])[] =>
  listed.map(instr => programRow(codingOf(set, instr).coding, instr))

export function hottestBlocks(): readonly HotBlock[] {
  const all: readonly Listed[] = JSON.parse(readFileSync(new URL('hottest-rv64.json', import.meta.url), 'utf8'))
  const decode = decoderFor(64)
  const images = new Map<string, ReturnType<typeof parseElf>>()
  return all.map(({ guest, start, instructions, executions }) => {
    let image = images.get(guest)
    if (image === undefined) {
      const path = fileURLToPath(new URL(`${guest}.rv64.elf`, guests))
      images.set(guest, (image = parseElf(readFileSync(path), path)))
    }
    const pcs = Array.from({ length: instructions }, (_, index) => start + 4 * index)
    const listed = pcs.map(pc => fetchAt(image, decode, pc)!.instr!)
    return { name: `${guest} ${start.toString(16)}`, start, executions, listed, instructions: entriesOf(listed) }
  })
}
