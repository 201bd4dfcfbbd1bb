/** Rows of call frame information as llvm-dwarfdump prints them, and rules of rvr in the same words. */
import { execFileSync } from 'node:child_process'
import type { FrameRules } from '../../src/elf/call-frames/rules.ts'

export interface WitnessRow {
  readonly from: number
  readonly to: number
  readonly text: string
}

const signed = (offset: number): string => (offset === 0 ? '' : `${offset < 0 ? '-' : '+'}${Math.abs(offset)}`)

/** `CFA=X2+32: X1=[CFA-8], X8=[CFA-16]` */
export function rulesText({ cfa, saved }: FrameRules): string {
  const nameOf = (register: number): string => `X${register}`
  const registers = saved.flatMap((where, register) => {
    if (where === undefined) return []
    if (where.kind === 'lost') return [`${nameOf(register)}=undefined`]
    if (where.kind === 'register') return [`${nameOf(register)}=${nameOf(where.register)}`]
    return [`${nameOf(register)}=[CFA${signed(where.offset)}]`]
  })
  return `CFA=${nameOf(cfa.register)}${signed(cfa.offset)}${registers.length === 0 ? '' : `: ${registers.join(', ')}`}`
}

/** What `tool`, an llvm-dwarfdump, says about an executable's frames, by addresses. */
export function witnessRows(tool: string, path: string): WitnessRow[] {
  const output = execFileSync(tool, ['--eh-frame', '--debug-frame', path], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  return output.split(/^(?=[0-9a-f]{8,} )/m).flatMap(block => {
    const end = /^.* FDE .*pc=[0-9a-f]+\.\.\.([0-9a-f]+)/.exec(block)?.[1]
    if (end === undefined) return []
    const rows = [...block.matchAll(/^ {2}0x([0-9a-f]+): (CFA=.*)$/gm)]
    return rows.map(([, from, text], index) => ({
      from: parseInt(from!, 16),
      to: parseInt(rows[index + 1]?.[1] ?? end, 16),
      text: text!,
    }))
  })
}
