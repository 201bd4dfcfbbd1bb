/** An extension's module in a project of either kind of module. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadOwn, ownModule } from '../../../src/extensions/own.ts'

const base = mkdtempSync(join(tmpdir(), 'rvr-modules-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const exported =
  "{ name: 'odd', rows: [{ kind: 'host', format: 'I', name: 'odd', mask: 0x707f, match: 0x505b }], handlers: { odd: () => ({ type: 'continue' }) } }"
function folder(type: string | undefined, file: string, content: string): string {
  const path = mkdtempSync(join(base, 'extension-'))
  writeFileSync(join(path, 'package.json'), JSON.stringify({ type }))
  writeFileSync(join(path, file), content)
  return path
}

test.each([
  ['CommonJS', 'commonjs', 'extension.js', `module.exports = ${exported}`],
  [
    'CommonJS that a compiler wrote',
    'commonjs',
    'extension.js',
    `Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = ${exported}`,
  ],
  ['CommonJS by name', 'module', 'extension.cjs', `module.exports = ${exported}`],
  ['a module by name', 'commonjs', 'extension.mts', `const extension: unknown = ${exported}\nexport default extension`],
  ['a project that says nothing', undefined, 'extension.js', `export default ${exported}`],
])('%s', async (_what, type, file, content) => {
  expect((await loadOwn(await ownModule(folder(type, file, content)))).name).toBe('odd')
})

test('a module in a project of CommonJS: the error says what to do', () => {
  // The test runner has a loader of its own.
  const own = new URL('../../../src/extensions/own.ts', import.meta.url).href
  const paths = ['extension.js', 'extension.ts'].map(file => folder('commonjs', file, `export default ${exported}`))
  const script = `const { loadOwn, ownModule } = await import(${JSON.stringify(own)})
    for (const path of ${JSON.stringify(paths)}) await loadOwn(await ownModule(path)).catch(({ code, hint }) => console.log(code, hint))`
  const lines = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(line).toMatch(/^IO .*CommonJS: name it extension\.mjs/)
})
