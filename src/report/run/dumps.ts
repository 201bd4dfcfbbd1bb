/** Registers and memory of a run that has stopped, for JSON and as text. */
import { hexText } from '../../hex.ts'
import type { Run } from '../../sdk/contract.ts'
import { registersJson, registersText } from './registers.ts'
import { line } from '../form/table.ts'

/** A range of guest memory. */
export interface MemoryRange {
  readonly address: number
  readonly length: number
}

export interface Dumps {
  readonly registers: boolean
  readonly memory: readonly MemoryRange[]
}

/** What dumps are taken of. */
export type DumpedRun = Pick<Run, 'pc' | 'registers' | 'memory'>

const ROW_BYTES = 16
const UNPRINTABLE = /[^\x20-\x7e]/g

function memoryText({ address, length }: MemoryRange, bytes: Uint8Array): string {
  const rows: string[] = []
  for (let at = 0; at < length; at += ROW_BYTES) {
    const row = Buffer.from(bytes.subarray(at, at + ROW_BYTES))
    const digits = row
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$& ')
      .padEnd(3 * ROW_BYTES - 1)
    const letters = row.toString('latin1').replaceAll(UNPRINTABLE, '.')
    rows.push(`  ${hexText(address + at).padStart(10)}  ${digits}  ${letters}\n`)
  }
  return `memory at ${hexText(address)}, ${length} bytes\n${rows.join('')}`
}

/** The keys `pc`, `registers` and `memory` of `rvr run --json`, as far as they were asked for. */
export function dumpsJson(run: DumpedRun, { registers, memory }: Dumps): object {
  const contents = memory.map(({ address, length }) => ({
    address: hexText(address),
    bytes: Buffer.from(run.memory.read(address, length)).toString('hex'),
  }))
  return {
    pc: registers ? hexText(run.pc) : undefined,
    registers: registers ? registersJson(run.registers) : undefined,
    memory: memory.length > 0 ? contents : undefined,
  }
}

/** The same as text. */
export function dumpsText(run: DumpedRun, { registers, memory }: Dumps): string {
  const place = registers ? `${line('pc', hexText(run.pc))}${registersText(run.registers)}` : ''
  const ranges = memory.map(range => memoryText(range, run.memory.read(range.address, range.length)))
  return `${place}${ranges.join('')}`
}
