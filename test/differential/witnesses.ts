/** Runs a `linux` guest everywhere: native code and the native interpreter in each mode, the reference interpreter, and qemu-user where it is installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, inject } from 'vitest'
import type { Stress } from '../../src/codegen/tuning.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr, type LoadOptions } from '../../src/index.ts'
import type { Mode } from '../../src/modes/mode.ts'
import { modes as allModes } from '../../src/modes/registry.ts'
import type { ModeName } from '../../src/index.ts'
import { artifactOf, type Engine } from '../run/support.ts'

interface Result {
  readonly output: Buffer
  readonly instret: bigint
  readonly cost: bigint | undefined
  readonly registers: readonly bigint[]
}

/** What a guest is executed with beside ABI `linux`. */
export interface Ground {
  readonly load?: Pick<LoadOptions, 'isa' | 'machine'>
  /** CPU of qemu; `false` where it has none that knows all instructions. */
  readonly cpu?: string | false
  /** What the native interpreter is compiled with; default: as the guest. */
  readonly interpreterCc?: string | undefined
  /** Beside the reference interpreter; default: both. */
  readonly engines?: readonly Exclude<Engine, 'interp'>[]
}

async function runGuest(
  rvr: Rvr,
  elf: Uint8Array,
  mode: ModeName,
  { engine, load }: Ground & { readonly engine: Engine },
): Promise<Result> {
  const artifact = await artifactOf(await rvr.load(elf, { abi: 'linux', ...load }), mode, engine)
  const parts: Uint8Array[] = []
  using run = await artifact.execute({ onPrint: (_stream, bytes) => parts.push(bytes) })
  expect(run.outcome).toBe('terminated')
  return { output: Buffer.concat(parts), instret: run.instret, cost: run.cost, registers: run.registers }
}

/** What qemu-user makes of the guest; undefined where it is not installed. */
function runQemu(xlen: Xlen, elf: Uint8Array, cpu: Ground['cpu']): Buffer | undefined {
  if (cpu === false) return undefined
  const qemu = `qemu-riscv${xlen}`
  if (!(process.env['PATH'] ?? '').split(delimiter).some(directory => existsSync(join(directory, qemu))))
    return undefined
  const directory = mkdtempSync(join(tmpdir(), 'rvr-witness-'))
  try {
    const file = join(directory, 'guest.elf')
    writeFileSync(file, elf, { mode: 0o755 })
    return execFileSync(qemu, [...(cpu === undefined ? [] : ['-cpu', cpu]), file], { maxBuffer: 1 << 28 })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * Fails unless all agree on output, counts and registers; `describe` names what the first different output byte belongs
 * to.
 */
export async function agreeEverywhere(
  xlen: Xlen,
  elf: Uint8Array,
  outputBytes: number,
  describe: (byte: number) => string,
  {
    cc,
    modes = allModes,
    stress,
    ...ground
  }: { cc?: string | undefined; modes?: readonly Mode<ModeName>[]; stress?: Stress | undefined } & Ground = {},
): Promise<void> {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), stress, ...(cc && { cc }) })
  // One for all programs.
  const sharingCc = ground.interpreterCc ?? cc
  await using sharing = await Rvr.create({ cacheDir: inject('sharedCache'), ...(sharingCc && { cc: sharingCc }) })
  const expected = await runGuest(rvr, elf, 'metered-cost', { ...ground, engine: 'interp' })
  expect(expected.output.length).toBe(outputBytes)
  const compare = (who: string, output: Buffer): void => {
    if (Buffer.compare(output, expected.output) === 0) return
    const at = expected.output.findIndex((byte, index) => byte !== output[index])
    throw new Error(`${who} differs from the interpreter in ${describe(at)}`)
  }
  for (const { name, reportsCost } of modes) {
    for (const engine of ground.engines ?? (['native', 'native-interp'] as const)) {
      const found = await runGuest(engine === 'native' ? rvr : sharing, elf, name, { ...ground, engine })
      compare(`${engine} in mode ${name}`, found.output)
      expect(found.instret).toBe(expected.instret)
      expect(found.registers).toEqual(expected.registers)
      if (reportsCost) expect(found.cost).toBe(expected.cost)
    }
  }
  const qemu = runQemu(xlen, elf, ground.cpu)
  if (qemu !== undefined) compare(`qemu-riscv${xlen}`, qemu)
}
