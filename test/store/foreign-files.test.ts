/** What lies in the store but cannot have come from its owner is never used. */
import { execFileSync } from 'node:child_process'
import { chmod, chown, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { entryDirectory, inputFile, layoutOf } from '../../src/store/layout.ts'
import { draft, inputA, keyA, recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

const isRoot = process.getuid?.() === 0

async function stored() {
  const directory = await temporaryDirectory()
  const cacheDir = join(directory, 'cache')
  const { sink, warnings } = recorder()
  const cache = await openCache({ cacheDir }, sink)
  const library = await sampleLibrary(directory)
  await cache.publish(keyA, inputA, library, draft)
  return {
    cache,
    directory,
    library,
    warnings,
    layout: layoutOf(cacheDir),
    entry: entryDirectory(layoutOf(cacheDir), keyA),
  }
}

/** The same bytes elsewhere, and a link in their place. */
async function link(path: string, directory: string): Promise<void> {
  await rename(path, join(directory, 'moved'))
  await symlink(join(directory, 'moved'), path)
}

const entries: [string, (entry: string, directory: string) => Promise<unknown>, boolean?][] = [
  ['a link for the library', (entry, directory) => link(join(entry, 'library.so'), directory)],
  ['a link for the manifest', (entry, directory) => link(join(entry, 'manifest.json'), directory)],
  ['a link for the entry', (entry, directory) => link(entry, directory)],
  [
    'a pipe for the library',
    async entry => {
      await rm(join(entry, 'library.so'))
      execFileSync('mkfifo', [join(entry, 'library.so')])
    },
  ],
  [
    'a pipe for the manifest',
    async entry => {
      await rm(join(entry, 'manifest.json'))
      execFileSync('mkfifo', [join(entry, 'manifest.json')])
    },
  ],
  ['a library that others can write', entry => chmod(join(entry, 'library.so'), 0o666)],
  ['a manifest that its group can write', entry => chmod(join(entry, 'manifest.json'), 0o660)],
  ['a directory that others can write', entry => chmod(entry, 0o777)],
  ['a library of another user', entry => chown(join(entry, 'library.so'), 12_345, 12_345), true],
  ['a directory of another user', entry => chown(entry, 12_345, 12_345), true],
]

for (const [what, change, needsRoot] of entries) {
  it.runIf(isRoot || needsRoot !== true)(`an entry with ${what} is put aside and stored anew`, async () => {
    const { cache, directory, entry, library, layout, warnings } = await stored()
    await change(entry, directory)
    expect(await cache.lookup(keyA)).toBeUndefined()
    expect(cache.counts).toMatchObject({ quarantined: 1, miss: 1 })
    expect(warnings()).toHaveLength(1)
    expect(await readdir(layout.quarantine)).toHaveLength(1)
    expect(await cache.publish(keyA, inputA, library, draft)).toBeDefined()
    expect((await cache.lookup(keyA))?.manifest.key).toBe(keyA)
  })
}

it('a link for a mapping leads nowhere', async () => {
  const { cache, directory, layout } = await stored()
  await link(inputFile(layout, inputA), directory)
  expect(await cache.lookupInput(inputA)).toBeUndefined()
  expect(cache.counts).toMatchObject({ 'mapping-damaged': 1 })
})

it('links in the place of files that are written keep what they lead to as it is', async () => {
  const { cache, directory, layout, entry } = await stored()
  const victim = join(directory, 'victim')
  await writeFile(victim, 'precious')
  await rm(join(entry, 'used'), { force: true })
  await symlink(victim, join(entry, 'used'))
  await rm(join(layout.stats, 'log'))
  await symlink(victim, join(layout.stats, 'log'))
  await symlink(victim, join(layout.locks, inputA))
  await cache.lookup(keyA)
  await cache.withBuildLock(inputA, () => Promise.resolve())
  expect(await readFile(victim, 'utf8')).toBe('precious')
})

it('everything in the store is for its owner alone', async () => {
  const before = process.umask(0)
  try {
    const { layout } = await stored()
    const names = await readdir(layout.root, { recursive: true })
    expect(names.length).toBeGreaterThan(10)
    for (const name of names)
      expect({ name, mode: (await stat(join(layout.root, name))).mode & 0o077 }).toEqual({ name, mode: 0 })
  } finally {
    process.umask(before)
  }
})
