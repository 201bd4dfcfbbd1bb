/** Directories at paths that users name. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeDirectory } from '../../src/files/directory.ts'

test('makes what is missing, and is content with what is there', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-files-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const deep = join(directory, 'a/b/c')
  for (const _ of [1, 2]) {
    await makeDirectory(deep)
    expect((await stat(deep)).isDirectory()).toBe(true)
  }
  await writeFile(join(deep, 'file'), '')
  await expect(makeDirectory(join(deep, 'file/d'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

test('recursive-mkdir-never-returns: a path below /proc is refused', async () => {
  await expect(makeDirectory('/proc/nothing/here')).rejects.toMatchObject({ code: 'ENOENT' })
})
