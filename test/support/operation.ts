/** Compiles the C function of a call row with a project's flags and runs it in a process of its own, for comparison with the row's reference semantics. */
import { sample } from './exhaustive.ts'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Extension } from '../../src/extensions/extension.ts'
import { isMemory, type CallRow, type CallValue } from '../../src/isa/row.ts'
import { compileFlags, type CompilerFamily } from '../../src/toolchain/flags.ts'
import { firstFound, newestClang, versionOf } from '../bench/processes.ts'
import { sanitizingCompiler } from './sanitizing.ts'

export interface TestCompiler {
  readonly command: string
  readonly family: CompilerFamily
  readonly major: number
}

/** gcc and the newest clang, as far as they are installed; with `make sanitize` the clang that watches what it compiles. */
export function testCompilers(): TestCompiler[] {
  const clang = { command: sanitizingCompiler ?? newestClang(), family: 'clang' as const }
  const found =
    sanitizingCompiler === undefined ? [{ command: firstFound(['gcc']), family: 'gcc' as const }, clang] : [clang]
  return found.flatMap(({ command, family }) =>
    command === undefined ? [] : [{ command, family, major: Number(/(\d+)\.\d+\.\d+/.exec(versionOf(command))?.[1]) }],
  )
}

/** This CPU with all it has, and the least one of its architecture. */
export const targetCpus: readonly string[] = ['native', process.arch === 'arm64' ? 'armv8-a' : 'x86-64']

/** For C that has nothing of a CPU's own: the compilers share the CPUs. */
export const cpusFor = ({ family }: TestCompiler): readonly string[] => sample(targetCpus, family === 'gcc' ? 0 : 1)

/** One call: the values of the row's operands in their order, addresses as offsets in `memory`. */
export interface OperationCall {
  readonly values: readonly number[]
  readonly memory: Uint8Array
}

/** What a call answered, and the memory after it. */
export interface OperationEnd {
  readonly done: boolean
  readonly memory: Uint8Array
}

/** Runs the calls through the row's reference semantics. */
export function runReference(row: CallRow, calls: readonly OperationCall[]): OperationEnd[] {
  return calls.map(({ values, memory: before }) => {
    // Guest memory is shared memory.
    const memory = new Uint8Array(new SharedArrayBuffer(before.length))
    memory.set(before)
    const lengthOf = (bytes: number | 'rs2'): number =>
      bytes === 'rs2' ? values[row.operands.findIndex(({ register }) => register === 'rs2')]! : bytes
    const operands: CallValue[] = row.operands.map((operand, index) =>
      !isMemory(operand)
        ? BigInt(values[index]!)
        : memory.subarray(values[index]!, values[index]! + lengthOf(operand.bytes)),
    )
    return { done: !('refused' in row.execute(operands, 64)), memory: new Uint8Array(memory) }
  })
}

/** Runs the calls, which all have as much memory, through the row's C function, compiled by `compiler` for `cpu`. */
export function runCompiled(
  extension: Extension,
  row: CallRow,
  calls: readonly OperationCall[],
  compiler: TestCompiler,
  cpu: string,
): OperationEnd[] {
  const size = calls[0]!.memory.length
  const directory = mkdtempSync(join(tmpdir(), 'rvr-operation-'))
  try {
    for (const { path, content } of extension.files ?? []) writeFileSync(join(directory, path), content)
    const handed = row.operands
      .map((operand, index) => (operand.access === 'value' ? `o[${index}]` : `m + o[${index}]`))
      .join(', ')
    const sources = [
      fileURLToPath(new URL('operation.c', import.meta.url)),
      ...(row.files ?? []).filter(path => path.endsWith('.c')),
    ]
    const flags = compileFlags(compiler.family, compiler.major, process.arch, cpu)
    execFileSync(
      compiler.command,
      [
        ...flags,
        `-DOPERATION=${row.c}`,
        `-DARGUMENTS=${handed}`,
        `-DMEMORY=${size}`,
        '-I.',
        '-o',
        'operation',
        ...sources,
      ],
      { cwd: directory },
    )
    const output = execFileSync(join(directory, 'operation'), {
      input: Buffer.concat(calls.flatMap(record)),
      maxBuffer: 2 ** 28,
    })
    return calls.map((_, index) => {
      const start = index * (1 + size)
      return { done: output[start] === 1, memory: new Uint8Array(output.subarray(start + 1, start + 1 + size)) }
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function record({ values, memory }: OperationCall): Uint8Array[] {
  const operands = new BigUint64Array(3)
  for (const [index, value] of values.entries()) operands[index] = BigInt(value)
  return [new Uint8Array(operands.buffer), memory]
}
