/** What GDB is told of the guest's registers: those of RV32I and RV64I, by the names of the calling convention. */
import { registerNames } from '../isa/registers.ts'

const TYPES: Readonly<Record<string, string>> = { ra: 'code_ptr', sp: 'data_ptr', gp: 'data_ptr', tp: 'data_ptr' }

export function targetDescription(xlen: 32 | 64): string {
  const register = (name: string, type: string): string => `    <reg name="${name}" bitsize="${xlen}" type="${type}"/>`
  const registers = registerNames.map((name, index) => register(index === 8 ? 'fp' : name, TYPES[name] ?? 'int'))
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
    '<target version="1.0">',
    `  <architecture>riscv:rv${xlen}</architecture>`,
    '  <feature name="org.gnu.gdb.riscv.cpu">',
    ...registers,
    register('pc', 'code_ptr'),
    '  </feature>',
    '</target>',
    '',
  ].join('\n')
}
