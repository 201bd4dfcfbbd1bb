/** What clients are told of the guest's registers: those of RV32I and RV64I, by the names of the calling convention. */
import { registerNames } from '../isa/registers.ts'

const TYPES: Readonly<Record<string, string>> = { ra: 'code_ptr', sp: 'data_ptr', gp: 'data_ptr', tp: 'data_ptr' }
/** What LLDB asks for; GDB knows by name and number. */
const ROLES: Readonly<Record<string, string>> = { ra: 'ra', sp: 'sp', fp: 'fp', pc: 'pc' }
const FRAME_POINTER = 8

export function targetDescription(xlen: 32 | 64): string {
  const register = (name: string, number: number, type: string): string => {
    const role = ROLES[name] === undefined ? '' : ` generic="${ROLES[name]}"`
    return `    <reg name="${name}" bitsize="${xlen}" type="${type}" dwarf_regnum="${number}"${role}/>`
  }
  const names = registerNames.map((name, number) => (number === FRAME_POINTER ? 'fp' : name))
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
    '<target version="1.0">',
    `  <architecture>riscv:rv${xlen}</architecture>`,
    '  <feature name="org.gnu.gdb.riscv.cpu">',
    ...names.map((name, number) => register(name, number, TYPES[name] ?? 'int')),
    register('pc', names.length, 'code_ptr'),
    '  </feature>',
    '</target>',
    '',
  ].join('\n')
}
