/** The digest of the code generator covers its sources and templates, and nothing is skipped. */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { computeGeneratorDigest, generatorDigest } from '../../../src/stages/library/generator-digest.ts'
import { temporaryDirectory } from '../../store/sample.ts'

async function tree(): Promise<{ code: string; templates: string; digest: () => string }> {
  const root = await temporaryDirectory()
  const code = join(root, 'src')
  const templates = join(root, 'templates')
  for (const folder of [join(code, 'codegen/deep'), join(code, 'cli'), join(templates, 'runtime')])
    await mkdir(folder, { recursive: true })
  await writeFile(join(code, 'codegen/deep/emit.ts'), 'one')
  await writeFile(join(code, 'cli/main.ts'), 'one')
  await writeFile(join(templates, 'runtime/state.h'), 'one')
  return { code, templates, digest: () => computeGeneratorDigest(code, templates) }
}

it('changes with sources and templates, not with other code', async () => {
  const { code, templates, digest } = await tree()
  const before = digest()
  await writeFile(join(code, 'cli/main.ts'), 'two')
  await writeFile(join(code, 'codegen/notes.md'), 'two')
  expect(digest()).toBe(before)
  await writeFile(join(code, 'codegen/deep/emit.ts'), 'two')
  const source = digest()
  await writeFile(join(templates, 'runtime/state.h'), 'two')
  expect(new Set([before, source, digest()]).size).toBe(3)
})

it('changes when a file is added or renamed', async () => {
  const { templates, digest } = await tree()
  const before = digest()
  await writeFile(join(templates, 'runtime/more.h'), '')
  const more = digest()
  await rm(join(templates, 'runtime/state.h'))
  await writeFile(join(templates, 'runtime/status.h'), 'one')
  expect(new Set([before, more, digest()]).size).toBe(3)
})

it('refuses what it cannot read instead of skipping it', async () => {
  const { code, digest } = await tree()
  await symlink('/nonexistent', join(code, 'codegen/gone.ts'))
  expect(digest).toThrow(expect.objectContaining({ code: 'IO' }))
})

it('refuses a missing templates directory', async () => {
  const { code } = await tree()
  expect(() => computeGeneratorDigest(code, '/nonexistent')).toThrow(expect.objectContaining({ code: 'IO' }))
})

it('is stable for the running code', () => {
  expect(generatorDigest()).toBe(computeGeneratorDigest())
})
