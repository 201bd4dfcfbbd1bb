/**
 * Keys with one word, element or range changed and a digest that is right: both verifiers find the same ones malformed.
 * What is a key still is another one, which proofs are rejected under. RVR_FUZZ_ROUNDS and RVR_FUZZ_SEED as elsewhere.
 */
import { expect, test } from 'vitest'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource, type Random } from '../../support/random.ts'
import { KEY, readArchive, SECTIONS, wordsOf, writeArchive } from '../slow/archive.ts'
import { P } from '../slow/field.ts'
import { wordBytes } from '../slow/hash.ts'
import { NONE } from '../slow/key-layout.ts'
import { randomSystem } from '../slow/random-system.ts'
import { keyOf } from '../slow/system.ts'
import { useJudges } from './judges.ts'

const judges = useJudges()
const first = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? (isExhaustive ? 20 : 1))
const seeds = Array.from({ length: 4 * rounds }, (_, index) => first + index)

/** Elements of random sections changed, doubled, swapped, missing. */
function changed(random: Random, sections: readonly Uint8Array[]): Uint8Array[] {
  const result: Uint8Array[] = sections.map(section => section.slice())
  const filled = [...sections.keys()].filter(index => sections[index]!.length > 0)
  const index = filled[random(filled.length)]!
  const size = SECTIONS[KEY]![index]![1]
  const words = wordsOf(result[index]!)
  const width = size / 4
  const element = width * random(words.length / width)
  const kind = random(8)
  if (kind === 0) words.splice(element, width)
  else if (kind === 1) words.splice(element, 0, ...words.slice(element, element + width))
  else if (kind === 2) words.splice(element, width, ...words.splice(0, width, ...words.slice(element, element + width)))
  else {
    const at = random(words.length)
    const old = words[at]!
    const others = [
      old + 1,
      old - 1,
      old ^ 1,
      old ^ 2,
      0,
      1,
      2,
      11,
      random(32),
      NONE,
      P - 1,
      P,
      random(2 ** 32),
      2 ** 31,
    ]
    words[at] = others[random(others.length)]! >>> 0
  }
  result[index] = wordBytes(words)
  return result
}

test.each(seeds)('keys of system %i', async seed => {
  const random = randomSource(seed)
  const { system, parameters, witness } = randomSystem(seed)
  const key = keyOf(system, witness.fixed, parameters)
  expect(await judges.keyVerdict(key)).toBe('accepted')
  const proof = await judges.proof(key, witness)
  const { sections } = readArchive(key, KEY, 0)
  for (let change = 0; change < 150; change++) {
    const other = writeArchive(KEY, changed(random, random(4) === 0 ? changed(random, sections) : sections))
    if (Buffer.compare(other, key) === 0) continue
    const verdict = await judges.keyVerdict(other)
    // Of its own digest: the statement is another one, whatever of the key it is.
    if (verdict === 'accepted') expect(await judges.verdict({ key: other, proof })).toBe('shape')
    else expect(verdict).toBe('key')
  }
})
