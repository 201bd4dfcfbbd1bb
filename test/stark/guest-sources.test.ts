/** The verifiers in cache-fixtures are built from the sources that are here. */
import { expect, test } from 'vitest'

type Digests = Readonly<Record<string, string>>
interface BuiltFrom {
  readonly builtFrom: () => Digests
  readonly recorded: () => Digests
}

const script = new URL('../../cache-fixtures/guests/verifier/built-from.mjs', import.meta.url).href

test('they were built after the last change of their sources: else, make -C cache-fixtures/guests', async () => {
  const { builtFrom, recorded } = (await import(script)) as BuiltFrom
  const [now, then] = [builtFrom(), recorded()]
  expect(Object.keys(now)).toEqual(
    expect.arrayContaining(['ffi/stark/verify.c', 'cache-fixtures/guests/elf/verifier.rv64.elf']),
  )
  const changed = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter(path => now[path] !== then[path])
  expect(changed).toEqual([])
})
