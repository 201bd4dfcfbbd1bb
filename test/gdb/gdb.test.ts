/** GDB and LLDB themselves, scripted, against guests in this process; where they are installed. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { serve } from '../../src/cli/gdb/serve.ts'
import { u64, type Artifact, type Debugger } from '../../src/index.ts'
import { fixture, useRvr, widths } from '../run/support.ts'

const context = useRvr()
const GDB = 'gdb-multiarch'
const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const run = promisify(execFile)

/** The command line of a client that is to connect to a port. */
type CommandLine = (port: number) => readonly [program: string, ...args: string[]]

/** What a client prints, and how it leaves the guest. */
async function attend(guest: Debugger, file: string, commandLine: CommandLine) {
  const client = Promise.withResolvers<{ stdout: string; stderr: string }>()
  const { signal } = new AbortController()
  const left = await serve({
    guest,
    file,
    host: '127.0.0.1',
    port: 0,
    signal,
    onListening: ({ port }) => {
      const [program, ...args] = commandLine(port)
      run(program, args, { timeout: 60_000 }).then(client.resolve, client.reject)
    },
  })
  const { stdout, stderr } = await client.promise
  // What the target says goes to standard error.
  return { left, output: stdout + stderr }
}

/** The same of GDB. */
function debug(guest: Debugger, file: string, commands: readonly string[]) {
  const first = ['set pagination off', 'set confirm off']
  return attend(guest, file, port => {
    const all = [...first, `target remote 127.0.0.1:${port}`, ...commands]
    return [GDB, '-batch', '-nx', ...all.flatMap(command => ['-ex', command]), file]
  })
}

/** pc behind so many instructions, as the reference interpreter's trace has it. */
async function pcBehind(artifact: Artifact, inputs: Uint8Array[], instret: bigint): Promise<number> {
  using run = await artifact.execute({ inputs, maxInstructions: instret })
  return run.pc
}

describe.skipIf(!isThere(GDB))('gdb-multiarch', () => {
  test.each(widths)('breaks, watches, steps, goes back and ends: RV%i', async xlen => {
    const file = fixture('fibonacci', xlen)
    const artifact = (await context.rvr.load(file)).interpret('debug')
    const inputs = [u64(40)]
    using guest = await artifact.debug({ inputs })
    const { left, output } = await debug(guest, file, [
      'break main',
      'continue',
      'backtrace',
      'watch -location *(unsigned int *)($sp + 8)',
      'continue',
      'monitor instret',
      'stepi 3',
      'monitor instret',
      'reverse-stepi',
      'monitor instret',
      'printf "at %#lx\\n", $pc',
      'reverse-continue',
      'monitor instret',
      'reverse-continue',
      'monitor cost',
      'delete',
      'continue',
    ])
    expect(left).toBe('ended')
    expect(output).toMatch(/Breakpoint 1, 0x0*200[0-9a-f]+ in main/)
    expect(output).toMatch(/#0 .* in main \(\)/)
    expect(output).toContain('Hardware watchpoint 2')
    const places = [...output.matchAll(/^(\d+) instructions$/gm)].map(([, count]) => BigInt(count!))
    const [watched] = places as [bigint]
    expect(places).toEqual([watched, watched + 3n, watched + 2n, watched - 1n])
    const pc = await pcBehind(artifact, inputs, watched + 2n)
    expect(output).toContain(`at 0x${pc.toString(16)}\n`)
    expect(output).toMatch(/^\d+ trace cells$/m)
    expect(output).toContain('exited normally')
  })

  test('a trap is a signal, and its text is shown', async () => {
    const file = fixture('traps', 32)
    const artifact = (await context.rvr.load(file)).interpret('debug')
    using guest = await artifact.debug({ inputs: [new Uint8Array([1])] })
    const { left, output } = await debug(guest, file, ['continue', 'backtrace 1', 'set $pc = 0x1000', 'kill'])
    expect(left).toBe('killed')
    expect(output).toContain('received signal SIGSEGV')
    expect(output).toContain('0x20000000')
    expect(guest.pc).toBe(0x1000)
  })
})

// Version 14 knows registers, breakpoints, steps and ends of RISC-V guests, and no way back.
test.skipIf(!isThere('lldb'))('lldb', async () => {
  const file = fixture('fibonacci', 64)
  using guest = await (await context.rvr.load(file)).interpret('debug').debug({ inputs: [u64(40)] })
  const { left, output } = await attend(guest, file, port => {
    const commands = [
      `gdb-remote ${port}`,
      'breakpoint set --name main --skip-prologue false',
      'continue',
      'register read pc sp',
      'breakpoint delete --force',
      'continue',
    ]
    return ['lldb', '--batch', '--no-lldbinit', ...commands.flatMap(command => ['-o', command]), file]
  })
  expect(left).toBe('ended')
  expect(output).toMatch(/pc = 0x0000000000200[0-9a-f]+ {2}fibonacci\.rv64\.elf`main/)
  expect(output).toContain('exited with status = 0')
})
