/** C variables of a handler: what words and statements may name, declared where they do. */
import type { LeafNames } from '../rows/words.ts'
import { inputName } from './rows.ts'

/** Content of the register whose number a C expression is. */
export function registerText(number: string): string {
  const variable = { rs1: 'x1', rs2: 'x2', rd: 'xd' }[number]
  return variable ?? `r->x[(${number}) & 31]`
}

export const handlerNames = (nextPc: string): LeafNames => ({
  input: index => {
    const name = inputName(index)
    if (name === 'next_pc') return `(uint64_t)(${nextPc})`
    return name === 'ts' || name === 'result' ? `(uint64_t)${name}` : name
  },
  old: access => `old${access}`,
  last: access => `last${access}`,
  register: number => `(uint64_t)${registerText(number)}`,
})

const DECLARATIONS: Readonly<Record<string, string>> = {
  rd: 'const uint64_t rd = at->rd;',
  rs1: 'const uint64_t rs1 = at->rs1;',
  rs2: 'const uint64_t rs2 = at->rs2;',
  imm: 'const uint64_t imm = (uint64_t)(int64_t)at->imm;',
  pc: 'const uint64_t pc = at->pc;',
  xd: 'const reg xd = r->x[at->rd];',
  x1: 'const reg x1 = r->x[at->rs1];',
  x2: 'const reg x2 = r->x[at->rs2];',
  histogram: 'uint32_t *const histogram = r->histogram;',
}

/** The statements, behind declarations of the variables that they name. */
export function declared(lines: readonly string[]): string[] {
  const text = lines.join('\n')
  const used = Object.keys(DECLARATIONS).filter(name => new RegExp(`(?<![.>\\w])${name}\\b`).test(text))
  return [...used.map(name => DECLARATIONS[name]!), ...lines]
}
