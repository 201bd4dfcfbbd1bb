/** Key composition: typed, named, length-prefixed. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  composeKey,
  contentPart,
  digestBytes,
  digestFile,
  digestInTurns,
  flagPart,
  numberPart,
  textPart,
} from '../../src/store/digest.ts'
import { describeTool } from '../../src/toolchain/tool.ts'
import { temporaryDirectory } from './sample.ts'

const key = (...parts: Parameters<typeof composeKey>[1]): string => composeKey('test', parts).key

describe('composeKey', () => {
  it('does not depend on the order of the parts', () => {
    expect(key(textPart('a', '1'), textPart('b', '2'))).toBe(key(textPart('b', '2'), textPart('a', '1')))
  })

  it('keeps fields apart that would be equal when run together', () => {
    const variants = [
      key(textPart('ab', 'c')),
      key(textPart('a', 'bc')),
      key(textPart('a', 'b'), textPart('c', '')),
      key(textPart('abc', '')),
    ]
    expect(new Set(variants).size).toBe(variants.length)
  })

  it('tells types apart, and absent from empty', () => {
    const variants = [
      textPart('a', '1'),
      numberPart('a', 1),
      flagPart('a', true),
      textPart('a', 'true'),
      textPart('a', ''),
      textPart('a', undefined),
      contentPart('a', 'file', '1'),
      contentPart('a', 'bytes', '1'),
    ]
    expect(new Set(variants.map(part => key(part))).size).toBe(variants.length)
  })

  it('tells name spaces apart', () => {
    expect(composeKey('one', []).key).not.toBe(composeKey('two', []).key)
  })

  it('refuses two parts of one name', () => {
    expect(() => key(textPart('a', '1'), numberPart('a', 1))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })

  it('is the known key of a known list', () => {
    expect(key(textPart('mode', 'pure'), numberPart('abi', 1))).toMatchInlineSnapshot(
      `"b547cab4b4c3c369540a7582e32523e1ef04f2e25ca413844f49340ad8cafaae"`,
    )
  })
})

describe('content digests', () => {
  it('agree between the bulk and the portable implementation, in memory and from a file', async () => {
    const bytes = Uint8Array.from({ length: (4 << 20) + 12345 }, (_, index) => (index * 31) & 255)
    const file = join(await temporaryDirectory(), 'bytes')
    await writeFile(file, bytes)
    const expected = bytesToHex(sha256(bytes))
    expect(digestBytes(bytes)).toBe(expected)
    expect(await digestFile(file)).toEqual({ digest: expected, bytes: bytes.length })
    expect(await digestInTurns(bytes)).toBe(expected)
    expect((await describeTool(file, '')).digest).toBe(expected)
  })

  it('of an empty file', async () => {
    const file = join(await temporaryDirectory(), 'empty')
    await writeFile(file, '')
    expect(await digestFile(file)).toEqual({ digest: digestBytes(''), bytes: 0 })
  })
})
