/** Build plugin: which files of the bundle a module belongs in, by which of the program's beginnings need it. */
import type { Plugin } from 'rolldown'

/** A file of the bundle: what its beginnings import, and what that imports. */
export interface Part {
  readonly name: string
  /** Modules, as absolute paths. A module belongs in a part that has beginnings in each of the lists. */
  readonly beginnings: readonly (readonly string[])[]
}

/** The plugin, and the name of the first part that a module belongs in. */
export function partsOf(parts: readonly Part[]): { plugin: Plugin; partOf: (id: string) => string | null } {
  const imports = new Map<string, readonly string[]>()
  const known = new Map<string, ReadonlySet<string>>()

  const reachedFrom = (beginnings: readonly string[]): ReadonlySet<string> => {
    const key = beginnings.join('\n')
    let reached = known.get(key)
    if (reached === undefined) known.set(key, (reached = closure(beginnings)))
    return reached
  }
  const closure = (beginnings: readonly string[]): Set<string> => {
    const reached = new Set(beginnings)
    // A set that grows while it is gone through is gone through to its end.
    for (const id of reached) for (const imported of imports.get(id) ?? []) reached.add(imported)
    return reached
  }
  return {
    plugin: {
      name: 'parts',
      buildEnd() {
        for (const id of this.getModuleIds()) imports.set(id, this.getModuleInfo(id)?.importedIds ?? [])
      },
    },
    partOf: id => parts.find(({ beginnings }) => beginnings.every(list => reachedFrom(list).has(id)))?.name ?? null,
  }
}
