/** Guests of all kinds, as far as they can be proved: heights are those that were predicted, and the mock prover accepts. */
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Rvr, utf8, type Artifact, type ExecuteOptions, type Guest } from '../../src/index.ts'
import { kernels, tunedKernels } from '../bench/kernels.ts'
import { randomAccesses } from '../metering/access-guest.ts'
import { assembled, fixtures, kernel, load, randomCases, type Subject } from '../metering/guests.ts'
import { artifactOf, engines, fixture, quickly } from '../run/support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { testCompilers } from '../support/operation.ts'
import { anyInstructions } from './any-instructions.ts'
import { expectProvable } from './provable.ts'
import { transfers } from './native/subjects.ts'
import { contentsOf } from './support.ts'

const MOST = isExhaustive ? 100_000 : 4000
const segmentLimits = { maxTraceHeight: 8192 }

const other = (name: string, xlen: 32 | 64, abi: Subject['abi']): Subject => ({
  name,
  xlen,
  abi,
  elf: fixture(name, xlen),
  options: { inputs: [utf8('Grüße aus dem Gast\n')], args: [name] },
})

/** With the configuration beside their files, which gives them trace engines of their own. */
const configured = ['ecrecover', 'extension-probe', 'kitchen-sink', 'pairing-check']

const random = (xlen: 32 | 64): Subject[] => {
  const made = (name: string, elf: Uint8Array): Subject => ({ name, xlen, abi: 'openvm', elf, options: {} })
  return [
    made('transfers', transfers(xlen)),
    made('any instructions', anyInstructions(xlen, 21, 900)),
    made('accesses', randomAccesses(xlen, 22, 6)),
    randomCases(xlen, 23, 10),
  ]
}

/** The trap guest is refused at its trap, as are system calls and calls of extensions. */
const subjects = (xlen: 32 | 64): readonly Subject[] => [
  ...sample(
    [
      ...fixtures(xlen),
      ...(['crc32'] as const).map(name => other(name, xlen, 'openvm')),
      ...(['printf', 'wordcount'] as const).map(name => other(name, xlen, 'linux')),
      ...assembled(xlen),
    ],
    xlen / 32,
  ),
  // The widths share those, too; some of them are recorded by all engines below.
  ...sample(random(xlen), xlen / 32),
  ...sample(isExhaustive ? kernels() : tunedKernels(), xlen / 32, 5).map(({ name }) => kernel(xlen, name)),
]

const compilers = isExhaustive ? testCompilers() : [undefined]
const choices = compilers.flatMap(compiler => [32, 64].map(xlen => ({ xlen: xlen as 32 | 64, compiler })))

describe.each(choices)('RV$xlen, $compiler.family', async ({ xlen, compiler }) => {
  const rvr = await Rvr.create({
    cacheDir: inject('sharedCache'),
    ...(compiler === undefined ? quickly() : { cc: compiler.command }),
  })
  afterAll(() => rvr.dispose())

  const traced = async (guest: Guest, name: string, options: ExecuteOptions, artifact: Artifact) => {
    const instructions = await expectProvable(
      guest,
      { ...options, segmentLimits, name, most: MOST },
      {
        filler: 'engine',
        artifact,
      },
    )
    expect(instructions, name).toBeGreaterThan(0n)
    return instructions
  }

  test.each(subjects(xlen))('$name, $abi', async subject => {
    const guest = await load(rvr, subject)
    await traced(guest, subject.name, subject.options, guest.interpret('preflight'))
  })

  test.runIf(isExhaustive).each(configured)('%s', async name => {
    const guest = await rvr.load(fixture(name, xlen))
    const options = { inputs: [new Uint8Array(64)] }
    await traced(guest, name, options, guest.interpret('preflight'))
  })

  const recorded = isExhaustive ? subjects(xlen) : random(xlen).slice(0, 2)
  test.each(recorded)('$name, recorded by all engines', async subject => {
    const guest = await load(rvr, subject)
    const instructions = await traced(guest, subject.name, subject.options, guest.interpret('preflight'))
    const run = await guest
      .interpret('metered')
      .execute({ ...subject.options, segmentLimits, maxInstructions: Number(instructions) })
    const found = await Promise.all(
      engines.map(async engine =>
        contentsOf(run, { filler: 'engine', artifact: await artifactOf(guest, 'preflight', engine) }),
      ),
    )
    expect(found[1]).toEqual(found[0])
    expect(found[2]).toEqual(found[0])
  })
})
