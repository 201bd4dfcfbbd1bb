/** Keys are what they were: fixed vectors, and the encoding written down a second time. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { composeKey, type KeyPart } from '../../../../src/store/digest.ts'
import { computed, readConfigurations, readParts } from './vectors.ts'

/** The encoding as cache-fixtures/keys/README.md describes it. */
function plainKey(domain: string, parts: readonly KeyPart[]): string {
  const hash = createHash('sha256')
  const put = (name: string, type: string, value: string, bytes = ''): void => {
    for (const field of [name, type, value, bytes]) {
      const length = new Uint32Array([Buffer.byteLength(field)])
      hash.update(new Uint8Array(length.buffer)).update(field)
    }
  }
  put('domain', 'text', domain)
  put('parts', 'number', String(parts.length))
  for (const { name, type, value, bytes } of [...parts].toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    put(name, type, value, bytes?.toString())
  return hash.digest('hex')
}

describe('lists of parts', () => {
  test.each(readParts().map(vector => [vector.name, vector] as const))('%s', (_, { domain, parts, key }) => {
    expect(composeKey(domain, parts).key).toBe(key)
    expect(composeKey(domain, [...parts].toReversed()).key).toBe(key)
    expect(plainKey(domain, parts)).toBe(key)
  })

  test('no two have one key', () => {
    const keys = readParts().map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('configurations', () => {
  const { base, vectors } = readConfigurations()
  test.runIf(process.platform === 'linux').each(vectors.map(vector => [vector.name, vector] as const))(
    '%s',
    (_, vector) => {
      expect(computed(base, vector)).toEqual({ artifact: vector.artifactKey, input: vector.inputKey })
    },
  )

  test('no two have a key in common, unless only one of the kinds looks at what they differ in', () => {
    for (const [kind, others] of [
      ['artifactKey', ['another guest', 'another machine', 'another generator', 'another width']],
      ['inputKey', ['another project file', 'another line of the project']],
    ] as const) {
      const keys = vectors
        .filter(({ name }) => !(others as readonly string[]).includes(name))
        .map(vector => vector[kind])
      expect(new Set(keys).size).toBe(keys.length)
      for (const name of others) expect(vectors.find(vector => vector.name === name)![kind]).toBe(vectors[0]![kind])
    }
  })
})
