/** Runs calls of several rows of an extension through its C, compiled once, in a process of its own, and through the reference semantics. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Extension } from '../../src/extensions/extension.ts'
import { isMemory, type CallRow, type CallValue } from '../../src/isa/row.ts'
import { compileFlags } from '../../src/toolchain/flags.ts'
import type { TestCompiler } from './operation.ts'

/** Bytes of memory that a call sees. */
export const ARENA = 256

/** One call of a row: the addresses of the row's operands in their order, and the memory that they lie in. */
export interface RowCall {
  readonly row: CallRow
  readonly at: readonly number[]
  readonly memory: Uint8Array
}

/** What a call answered; `result` is there when the row has one and was not refused. */
export interface RowEnd {
  readonly done: boolean
  readonly result?: bigint
  readonly memory: Uint8Array
}

export const callRowsOf = (extension: Extension): CallRow[] => extension.rows.filter(row => row.kind === 'call')

export function referenceEnd({ row, at, memory: before }: RowCall): RowEnd {
  // Guest memory is shared memory.
  const memory = new Uint8Array(new SharedArrayBuffer(before.length))
  memory.set(before)
  const operands = row.operands.map((operand, index): CallValue => {
    if (!isMemory(operand) || operand.bytes === 'rs2') throw new Error('only operands of fixed size')
    return memory.subarray(at[index]!, at[index]! + operand.bytes)
  })
  const outcome = row.execute(operands, 64)
  if ('refused' in outcome) return { done: false, memory: new Uint8Array(memory) }
  return { done: true, ...(row.result !== undefined && { result: outcome.result! }), memory: new Uint8Array(memory) }
}

/**
 * C that reads records (row number, three addresses, memory) and writes what each call answered, its result, and the
 * memory.
 */
function driver(rows: readonly CallRow[]): string {
  const cases = rows.map((row, index) => {
    const handed = [
      ...row.operands.map((_, operand) => `m + o[${operand}]`),
      ...(row.result === undefined ? [] : ['&result']),
    ]
    return `      case ${index}: answer = ${row.c}(${handed.join(', ')}); break;`
  })
  return [
    '#include <stdint.h>',
    '#include <stdio.h>',
    ...new Set(rows.map(({ c }) => `int ${c}();`)),
    'int main(void) {',
    `  static uint8_t m[${ARENA}];`,
    '  uint64_t o[4], result, answer;',
    `  while (fread(o + 3, 8, 1, stdin) == 1 && fread(o, 24, 1, stdin) == 1 && fread(m, ${ARENA}, 1, stdin) == 1) {`,
    '    result = 0;',
    '    switch (o[3]) {',
    ...cases,
    '      default: return 1;',
    '    }',
    `    if (fwrite(&answer, 8, 1, stdout) != 1 || fwrite(&result, 8, 1, stdout) != 1 || fwrite(m, ${ARENA}, 1, stdout) != 1) return 1;`,
    '  }',
    '  return 0;',
    '}',
    '',
  ].join('\n')
}

/** The ends of all calls, from C that `compiler` made for `cpu`. */
export function compiledEnds(
  extension: Extension,
  calls: readonly RowCall[],
  compiler: TestCompiler,
  cpu: string,
): RowEnd[] {
  const rows = callRowsOf(extension)
  const numbers = new Map(rows.map((row, index) => [row, index]))
  const directory = mkdtempSync(join(tmpdir(), 'rvr-operations-'))
  try {
    const files = extension.files ?? []
    for (const { path, content } of files) writeFileSync(join(directory, path), content)
    writeFileSync(join(directory, 'driver.c'), driver(rows))
    const sources = ['driver.c', ...files.map(({ path }) => path).filter(path => path.endsWith('.c'))]
    execFileSync(
      compiler.command,
      [...compileFlags(compiler.family, compiler.major, process.arch, cpu), '-o', 'driver', ...sources],
      { cwd: directory },
    )
    const input = Buffer.concat(
      calls.flatMap(({ row, at, memory }) => [
        new Uint8Array(
          BigUint64Array.of(BigInt(numbers.get(row)!), BigInt(at[0] ?? 0), BigInt(at[1] ?? 0), BigInt(at[2] ?? 0))
            .buffer,
        ),
        memory,
      ]),
    )
    const output = execFileSync(join(directory, 'driver'), { input, maxBuffer: 2 ** 28 })
    return calls.map(({ row }, index) => {
      const start = index * (16 + ARENA)
      const done = output.readBigUInt64LE(start) === 1n
      return {
        done,
        ...(done && row.result !== undefined && { result: output.readBigUInt64LE(start + 8) }),
        memory: new Uint8Array(output.subarray(start + 16, start + 16 + ARENA)),
      }
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What the reference semantics say of calls that were asked for before. */
const known = new WeakMap<RowCall, RowEnd>()

/**
 * The first calls that ended otherwise than the reference semantics say, with what they were: short enough to read in a
 * failure.
 */
export function differences(calls: readonly RowCall[], ends: readonly RowEnd[]): unknown[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const shown = ({ done, result, memory }: RowEnd): string => `${done} ${result} ${hex(memory)}`
  return calls
    .flatMap((call, index) => {
      const end = known.get(call) ?? referenceEnd(call)
      known.set(call, end)
      const [wanted, found] = [shown(end), shown(ends[index]!)]
      return wanted === found ? [] : [{ row: call.row.name, at: call.at, memory: hex(call.memory), wanted, found }]
    })
    .slice(0, 3)
}
