/** Build plugin: modules of Node and native packages as they are, without the faces that ES imports put before them. */
import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

const PREFIX = '\0as-is:'
const SELDOM = '\0when-asked:'

/** How a module is got without an import. */
function got(name: string): string {
  if (isBuiltin(name)) return `process.getBuiltinModule('${name}')`
  return `process.getBuiltinModule('node:module').createRequire(import.meta.url)('${name}')`
}

/** Code of a module with the exports of `name`; those that nobody imports are dropped by the bundler. */
async function asIs(name: string): Promise<string> {
  const exported = Object.keys((await import(name)) as object)
  const names = exported.filter(one => /^[a-z]\w*$/i.test(one) && one !== 'default')
  const reads = names.map(one => `const ${one}_ = it.${one}; export { ${one}_ as ${one} }`)
  return [`const it = /* @__PURE__ */ ${got(name)}; export default it`, ...reads].join('\n')
}

/** commander can start subcommands that are programs of their own: rvr has none, so the module is not loaded for it. */
const isSeldom = (name: string, importer = ''): boolean =>
  name === 'node:child_process' && importer.includes('/node_modules/commander/')
const seldom = `export default { get spawn() { return ${got('node:child_process')}.spawn } }`

/**
 * An ES import of a module of Node makes an object that has every export, and reading every export loads what few
 * programs use: half of the crypto module, for one. Getting the module and reading the names that are used costs a
 * tenth of that. `packages` are loaded with require, because their own imports of Node would cost the same.
 */
export function withoutFaces(packages: readonly string[]): Plugin {
  return {
    name: 'without-faces',
    resolveId(id, importer, { kind }) {
      if (packages.includes(id)) return { id: PREFIX + id }
      if (!isBuiltin(id)) return undefined
      if (kind === 'dynamic-import') return { id, external: true }
      return { id: (isSeldom(id, importer) ? SELDOM : PREFIX) + id }
    },
    async load(id) {
      if (id.startsWith(SELDOM)) return seldom
      if (!id.startsWith(PREFIX)) return undefined
      return { code: await asIs(id.slice(PREFIX.length)), moduleSideEffects: false }
    },
  }
}
