/** Calls of an extension's operations: operands checked in place, then the C function, which may decline. */
import type { Image, MemoryWindow } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Graph } from '../program/program.ts'
import { disassemble } from '../isa/disassemble.ts'
import { registerNames } from '../isa/registers.ts'
import {
  exportedCall,
  isMemory,
  type CallOperand,
  type CallRow,
  type Instr,
  type MemoryOperand,
  type Row,
} from '../isa/row.ts'
import type { EmitterContext } from './emitter.ts'
import { operand } from './operands.ts'
import type { ProjectFile } from './project.ts'

/** Where a call with a result leaves it. */
export const RESULT = 'state(m)->result'

/** What the hart has reserved. */
export const RESERVATION = '&state(m)->reservation'

const length = (instr: Instr, { bytes }: MemoryOperand): string =>
  bytes === 'rs2' ? `(uint64_t)${operand(instr.rs2)}` : `${bytes}`

/** An address as the distance from the first byte of a window. */
const distanceInto = ({ base }: MemoryWindow, address: string): string =>
  base === 0 ? address : `${address} - ${base}u`

/** Conditions under which an operand is no legal memory: on the whole register, so that every high bit counts. */
function outside(instr: Instr, target: CallOperand, { xlen, direct }: Pick<Image, 'xlen' | 'direct'>): string[] {
  if (!isMemory(target)) return []
  const whole = `(uint64_t)${operand(instr[target.register])}`
  const address = distanceInto(direct, whole)
  if (target.bytes !== 'rs2') {
    const isCut = target.isAligned === true ? [`(${whole} & ${target.bytes - 1}) != 0`] : []
    return [`${address} > ${direct.bytes - target.bytes}`, ...isCut]
  }
  const bytes = length(instr, target)
  return [
    `${bytes} > ${target.most}`,
    ...(target.inWords === true ? [`(${bytes} & ${xlen / 8 - 1}) != 0`] : []),
    `${address} > ${direct.bytes} - ${bytes}`,
  ]
}

/**
 * The statements of a call, without the transfer of one that branches. Where anything does not fit, control goes to
 * `step`: the interpreter executes the instruction and finds out what.
 */
export function callStatements(
  instr: Instr,
  row: CallRow,
  { graph, emission }: EmitterContext,
  step: string,
): string[] {
  const { image } = graph.program
  const values = row.operands.map(target => {
    if (target.access === 'reservation') return RESERVATION
    return `${target.access === 'value' ? '' : '(uint8_t *)m + '}(uint64_t)${operand(instr[target.register])}`
  })
  const call = `!${row.c}(${[...values, ...(row.result === undefined ? [] : [`&${RESULT}`])].join(', ')})`
  const checks = [...new Set(row.operands.flatMap(target => outside(instr, target, image)))]
  const ranges = row.operands.flatMap(target =>
    isMemory(target)
      ? [{ address: `(uint64_t)${operand(instr[target.register])}`, length: length(instr, target) }]
      : [],
  )
  const leaves = emission.calls === undefined ? [] : [emission.calls.leaves(ranges)]
  const refused = [...checks, ...leaves, call].join(' || ')
  const comment = `/* ${instr.pc.toString(16)} ${disassemble(instr)} */`
  const lines = [`if (__builtin_expect(${refused}, 0)) goto ${step}; ${comment}`]
  // Registers still have the values that the call saw.
  for (const { address, length: bytes } of ranges)
    for (const line of emission.rangeTouched?.(address, bytes) ?? []) lines.push(line)
  for (const line of emission.calls?.executed(instr, ranges) ?? []) lines.push(line)
  if (row.result === 'register' && instr.rd !== 0) lines.push(`${registerNames[instr.rd]!} = (reg)${RESULT};`)
  return lines
}

const parameterType = {
  value: 'uint64_t',
  read: 'const uint8_t *',
  write: 'uint8_t *',
  update: 'uint8_t *',
  reservation: 'uint64_t *',
} as const

function parameterTypes({ operands, result }: CallRow): string[] {
  const types = operands.map(({ access }) => parameterType[access])
  return [...types, ...(result === undefined ? [] : ['uint64_t *'])]
}

const prototype = (row: CallRow): string => `int ${row.c}(${parameterTypes(row).join(', ')});`

/** The rows of all calls among `rows`, one for each C function, in order of the functions' names. */
export function calledAmong(rows: Iterable<Row | undefined>): CallRow[] {
  const byName = new Map<string, CallRow>()
  for (const row of rows) if (row?.kind === 'call') byName.set(row.c, row)
  return [...byName.values()].toSorted((a, b) => (a.c < b.c ? -1 : 1))
}

/** Those of the guest. */
export const calledRows = ({ program }: Graph): CallRow[] => calledAmong(program.instrs.map(instr => instr?.row))

/** The files that calls need. */
export function neededFiles(calls: readonly CallRow[], callFiles: ReadonlyMap<string, string>): ProjectFile[] {
  const paths = new Set(calls.flatMap(row => row.files ?? []))
  return [...paths].map(path => {
    const content = callFiles.get(path)
    if (content === undefined)
      throw new RvrError('INTERNAL', `an instruction needs the file ${path}, which no extension has`)
    return path.endsWith('.c') ? { path, content, shared: true as const } : { path, content }
  })
}

/** Rows whose C functions lie in files of their own. */
const apart = (all: readonly CallRow[]): readonly CallRow[] => all.filter(({ inRuntime }) => inRuntime !== true)

/** Declarations of the C functions: hidden, so that calls go to them directly. */
export function callPrototypes(all: readonly CallRow[]): string {
  const rows = apart(all)
  if (rows.length === 0) return ''
  return `#pragma GCC visibility push(hidden)\n${rows.map(prototype).join('\n')}\n#pragma GCC visibility pop\n`
}

/** Ways into the C functions from outside, for `--check`. */
export function callExports(all: readonly CallRow[]): string {
  return apart(all)
    .map(row => {
      const types = parameterTypes(row)
      const names = types.map((_, index) => `a${index}`)
      const parameters = types.map((type, index) => `${type}${type.endsWith('*') ? '' : ' '}${names[index]}`)
      const head = `__attribute__((visibility("default"))) int ${exportedCall(row)}(${parameters.join(', ')})`
      return `${head} { return ${row.c}(${names.join(', ')}); }\n`
    })
    .join('')
}
