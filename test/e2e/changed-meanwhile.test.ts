/** What changes while it is compiled is not stored: its key would say that the library was made from something else. */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CRC32, rangesGuest } from '../extensions/own/crc32-guest.ts'
import { DATA } from '../run/support.ts'
import { answer, compilerThat, fibonacci, filesIn, perform, scratch } from './support.ts'

test('the compiler', async () => {
  const directory = await scratch()
  const cacheDir = join(directory, 'cache')
  const cc = await compilerThat(
    `if mkdir ${directory}/done 2>/dev/null; then cp "$0" "$0.new"; echo "# replaced" >> "$0.new"; mv "$0.new" "$0"; fi`,
    join(directory, 'bin'),
  )
  const first = await perform(fibonacci('pure', cacheDir, { cc }))
  expect(first).toMatchObject({
    outcome: 'terminated',
    publicValues: answer,
    cache: { outcome: 'off' },
    counts: { build: 1, uncacheable: 1 },
    warnings: [expect.stringContaining('changed while')],
  })
  expect(await filesIn(cacheDir, /library\.so$/)).toEqual([])
  expect(await perform(fibonacci('pure', cacheDir, { cc }))).toMatchObject({
    publicValues: answer,
    cache: { outcome: 'miss' },
    counts: { build: 1, publish: 1 },
    warnings: [],
  })
  expect(await perform(fibonacci('pure', cacheDir, { cc }))).toMatchObject({
    publicValues: answer,
    cache: { outcome: 'hit' },
  })
})

test('a source of an extension', async () => {
  const directory = await scratch()
  const cacheDir = join(directory, 'cache')
  const extension = join(directory, 'crc32')
  const source = join(extension, 'crc32.c')
  const guest = join(directory, 'guest.elf')
  await cp(CRC32, extension, { recursive: true })
  await writeFile(guest, rangesGuest(64, [[DATA, 9]]))
  const before = await readFile(source, 'utf8')
  await writeFile(source, before.replace('*result = ~crc;', '*result = 1;'))
  await writeFile(join(directory, 'later.c'), before)
  // Saved anew by its author just before the compiler reads it.
  const cc = await compilerThat(`cp ${directory}/later.c ${source}`, join(directory, 'bin'))
  const task = { guest, mode: 'pure', options: { cacheDir, cc }, load: { extensions: [extension] } }
  const first = await perform(task)
  expect(first).toMatchObject({ cache: { outcome: 'off' }, counts: { build: 1, uncacheable: 1 } })
  const second = await perform(task)
  expect(second).toMatchObject({ cache: { outcome: 'miss' }, publicValues: first.publicValues })
  // What the old text stands for is none of them.
  await writeFile(source, before.replace('*result = ~crc;', '*result = 1;'))
  expect(await perform(task)).not.toMatchObject({ cache: { outcome: 'hit' } })
})
