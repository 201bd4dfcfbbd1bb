/** Build plugin: modules of Node and native packages as they are, without the faces that ES imports put before them. */
import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

const PREFIX = '\0as-is:'
const SELDOM = '\0when-asked:'

/** commander can start subcommands that are programs of their own: rvr has none, so the module is not loaded for it. */
const isStarter = (importer: string | undefined): boolean => /\/node_modules\/commander\//.test(importer ?? '')
const spawnWhenAsked = `export default { get spawn() { return ${loaded('node:child_process')}.spawn } }`

/**
 * An ES import of a module of Node makes an object that has every export, and reading every export loads what few
 * programs use: half of the crypto module, for one. Getting the module and reading the names that are used costs a tenth
 * of that. `packages` are loaded with require, because their own imports of Node would cost the same.
 */
export function withoutFaces(packages: readonly string[]): Plugin {
  return {
    name: 'without-faces',
    resolveId(id, importer, { kind }) {
      if (!isBuiltin(id) && !packages.includes(id)) return undefined
      if (kind === 'dynamic-import') return { id, external: true }
      return { id: (isStarter(importer) && id === 'node:child_process' ? SELDOM : PREFIX) + id }
    },
    async load(id) {
      if (id.startsWith(SELDOM)) return spawnWhenAsked
      if (!id.startsWith(PREFIX)) return undefined
      const name = id.slice(PREFIX.length)
      // A name that nobody uses is dropped by the bundler.
      const names = Object.keys((await import(name)) as object).filter(one => /^[a-z]\w*$/i.test(one))
      const reads = names
        .filter(one => one !== 'default')
        .map(one => `const ${one}_ = it.${one}; export { ${one}_ as ${one} }`)
      return {
        code: [`const it = /* @__PURE__ */ ${loaded(name)}; export default it`, ...reads].join('\n'),
        moduleSideEffects: false,
      }
    },
  }
}

function loaded(name: string): string {
  if (isBuiltin(name)) return `process.getBuiltinModule('${name}')`
  return `process.getBuiltinModule('node:module').createRequire(import.meta.url)('${name}')`
}
