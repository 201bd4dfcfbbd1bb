/** run.profile.tree: of runs in every engine the same, and options that are none. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rvr, u64, type GuestProfile, type Run } from '../../src/index.ts'
import { checkProfile } from '../guest-profile/synthetic.ts'

let rvr: Rvr
beforeAll(async () => {
  rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
})
afterAll(() => rvr.dispose())

const fixture = (name: string, xlen: number): string =>
  new URL(`../../cache-fixtures/guests/elf/${name}.rv${xlen}.elf`, import.meta.url).pathname

/** By function. */
function instructionsOf({ nodes, costs, functions }: GuestProfile): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [row, node] of costs.node.entries()) {
    const { name } = functions[nodes.function[node]!]!
    sums[name] = (sums[name] ?? 0) + costs.instructions[row]!
  }
  return sums
}

const options = { inputs: [u64(20n)] }

test.for([32, 64])('RV%i', async xlen => {
  const guest = await rvr.load(fixture('fibonacci', xlen))
  const check = (run: Run): GuestProfile => {
    const { profile } = run
    const tree = profile!.tree({ guestName: 'fib', stepNames: new Map([[0, 'all']]) })
    checkProfile(tree)
    expect(tree.totals.instructions).toBe(Number(run.instret))
    expect(tree.totals.cells).toBe(profile!.opcodes.reduce((sum, { cells }) => sum + cells, 0))
    expect(tree.opcodes.map(({ name, count, cells }) => ({ name, instructions: count, cells }))).toEqual(
      profile!.opcodes,
    )
    const byPc: [number, number][] = Array.from(tree.instructions.pc, (pc, row) => [pc, tree.instructions.times[row]!])
    expect(new Map(byPc)).toEqual(profile!.counts)
    expect(tree).toMatchObject({
      guest: { name: 'fib', digest: guest.digest, xlen },
      outcome: run.outcome,
      steps: [{ marker: 0, name: 'all' }],
      hasCalls: false,
    })
    return tree
  }
  using interpreted = await guest.interpret('profile').execute(options)
  const tree = check(interpreted)
  // Every function has a symbol here, and none has another one's name.
  expect(instructionsOf(tree)).toEqual(
    Object.fromEntries(interpreted.profile!.functions.map(({ name, instructions }) => [name, instructions])),
  )
  using native = await (await guest.compile('profile')).execute(options)
  expect(check(native)).toEqual(tree)
  using part = await guest.interpret('profile').execute({ ...options, maxInstructions: 50 })
  expect(check(part).totals.instructions).toBe(50)
  using rest = await part.resume()
  expect(check(rest)).toEqual(tree)
})

test('options that are none', async () => {
  const guest = await rvr.load(fixture('exitcode', 64))
  using run = await guest.interpret('profile').execute({ inputs: [u64(0n)] })
  const tree = (given: object) => () => run.profile!.tree(given)
  expect(tree({ line: true })).toThrow('there is no option line')
  expect(tree({ stepNames: { 1: 'a' } })).toThrow('a Map of names by marker')
  expect(tree({ stepNames: new Map([[4096, 'a']]) })).toThrow('a whole number from -2048 to 2047')
  expect(run.profile!.tree().guest.name).toBe('guest')
})
