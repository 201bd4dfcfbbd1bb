/** Build plugin: modules of Node and native packages as they are, without the faces that ES imports put before them. */
import { createRequire, isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

/** Modules that take long to load and that many runs never call: they are loaded at the first call. */
const WHEN_CALLED = ['node:child_process', 'node:crypto', 'node:fs/promises']
const NATIVE = 'koffi'
const PREFIX = '\0as-is:'

const builtin = (name: string): string => `process.getBuiltinModule('${name}')`

/** Exports of a module of Node that `matches`; those that nobody imports are dropped by the bundler. */
async function namesOf(name: string, matches: RegExp): Promise<string[]> {
  return Object.keys((await import(name)) as object).filter(one => matches.test(one) && one !== 'default')
}

async function asIs(name: string): Promise<string> {
  const names = await namesOf(name, /^\w+$/)
  const reads = names.map(one => `const ${one}_ = it.${one}; export { ${one}_ as ${one} }`)
  return [`const it = /* @__PURE__ */ ${builtin(name)}; export default it`, ...reads].join('\n')
}

/** Functions alone: whoever imports anything else of such a module fails to build. */
async function whenCalled(name: string): Promise<string> {
  const names = (await namesOf(name, /^[a-z]\w*$/)).filter(one => one !== 'constants')
  const it = builtin(name)
  const calls = names.map(one => `const ${one}_ = (...given) => ${it}.${one}(...given); export { ${one}_ as ${one} }`)
  return [`export default new Proxy({}, { get: (_, name) => ${it}[name] })`, ...calls].join('\n')
}

/**
 * koffi's own way to its native module loads a dozen modules of Node for what it deprecates. Its native module is all
 * that is used here; of any other version than the one that rvr was built and tested with, koffi knows what to make.
 */
function native(): string {
  const { version } = createRequire(import.meta.url)(NATIVE) as { version: string }
  const found = `createRequire(require.resolve('${NATIVE}'))('@koromix/koffi-' + process.platform + '-' + process.arch)`
  return `
    const { createRequire } = ${builtin('node:module')}
    const require = createRequire(import.meta.url)
    function load() {
      try {
        const native = ${found}
        if (native.version === '${version}') return native
      } catch {
        // a platform that koffi is compiled for when it is installed
      }
      return require('${NATIVE}')
    }
    export default /* @__PURE__ */ load()`
}

/**
 * An ES import of a module of Node makes an object that has every export, and reading every export loads what few
 * programs use: half of the crypto module, for one. Getting the module and reading the names that are used costs a
 * tenth of that.
 */
export function withoutFaces(): Plugin {
  return {
    name: 'without-faces',
    resolveId(id, importer, { kind }) {
      if (id === NATIVE) return { id: PREFIX + id }
      if (!isBuiltin(id)) return undefined
      // One for each importer: files of the bundle do not need each other for the sake of a module of Node.
      return kind === 'dynamic-import' ? { id, external: true } : { id: `${PREFIX}${id}?${importer ?? ''}` }
    },
    async load(id) {
      if (!id.startsWith(PREFIX)) return undefined
      const name = id.slice(PREFIX.length).replace(/\?.*/, '')
      if (name === NATIVE) return native()
      const code = await (WHEN_CALLED.includes(name) ? whenCalled(name) : asIs(name))
      return { code, moduleSideEffects: false }
    },
  }
}
