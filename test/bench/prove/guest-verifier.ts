/** What it costs to verify a proof in a guest, step by step: the profile that `rvr profile` makes. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Xlen } from '../../../src/elf/image.ts'
import { markdown } from '../table.ts'

export interface StepCost {
  readonly instructions: number
  readonly cells: number
}

export interface GuestCost extends StepCost {
  /** By the marker of the step; 0 is what comes before the first. */
  readonly steps: ReadonlyMap<number, StepCost>
}

const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const names = JSON.parse(readFileSync(path('cache-fixtures/guests/verifier/steps.json'), 'utf8')) as Record<
  string,
  string
>

interface ProfileJson {
  readonly outcome: string
  readonly totals: StepCost
  readonly steps: readonly { readonly marker: number }[]
  readonly costs: {
    readonly step: readonly number[]
    readonly instructions: readonly number[]
    readonly cells: readonly number[]
  }
}

/** @param directory has key.vkey and 0.proof */
export function guestCost(directory: string, xlen: Xlen): GuestCost {
  const inputs = ['key.vkey', '0.proof'].flatMap(name => ['--input', `file:${join(directory, name)}`])
  const guest = path(`cache-fixtures/guests/elf/verifier.rv${xlen}.elf`)
  const args = [path('src/cli/main.ts'), 'profile', guest, ...inputs, '--format', 'json', '--quiet']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`verifying in the guest: ${stderr}`)
  const { totals, steps: all, costs } = JSON.parse(stdout) as ProfileJson
  const steps = new Map<number, { instructions: number; cells: number }>()
  for (const [index, step] of costs.step.entries()) {
    const { marker } = all[step]!
    const sum = steps.get(marker) ?? { instructions: 0, cells: 0 }
    steps.set(marker, sum)
    sum.instructions += costs.instructions[index]!
    sum.cells += costs.cells[index]!
  }
  return { ...totals, steps }
}

const text = (value: number | undefined): string => (value ?? 0).toLocaleString('en-US')

/** Both widths side by side. */
export function stepsTable(of64: GuestCost, of32: GuestCost): string {
  const row = (name: string, a: StepCost | undefined, b: StepCost | undefined): string[] => [
    name,
    ...[a?.instructions, a?.cells, b?.instructions, b?.cells].map(text),
  ]
  const rows = [...of64.steps.keys()]
    .toSorted((a, b) => a - b)
    .map(marker =>
      row(marker === 0 ? 'input' : `${marker} ${names[marker]}`, of64.steps.get(marker), of32.steps.get(marker)),
    )
  return markdown(
    ['step', 'RV64 instructions', 'RV64 cells', 'RV32 instructions', 'RV32 cells'],
    [...rows, row('all', of64, of32)],
  )
}
