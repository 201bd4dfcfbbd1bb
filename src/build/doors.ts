/** Build plugin: what is loaded by need is imported from the file that it lies in, not through a file of its own. */
import { posix } from 'node:path'
import type { Plugin } from 'rolldown'

/** `export { a as main } from "./command.js";` and nothing else. */
const DOOR = /^export \{ ([^}]*) \} from "([^"]*)";\s*$/

/** The code of an import of a door's file: the exports by their names, from where they are. */
function through(names: string, file: string): string {
  const exports = names.split(', ').map(pair => {
    const [inside = '', outside = inside] = pair.split(' as ')
    return `${outside}: it.${inside}`
  })
  return `import("${file}").then(it => ({ ${exports.join(', ')} }))`
}

/** The bundler makes a file with one such line for every module that is loaded by need and lies in a larger file. */
export function withoutDoors(): Plugin {
  return {
    name: 'without-doors',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter(chunk => chunk.type === 'chunk')
      const doors = chunks.filter(chunk => !chunk.isEntry && DOOR.test(chunk.code))
      for (const door of doors) {
        const [, names = '', target = ''] = DOOR.exec(door.code)!
        const file = posix.join(posix.dirname(door.fileName), target)
        for (const chunk of chunks) {
          const from = (to: string): string => {
            const path = posix.relative(posix.dirname(chunk.fileName), to)
            return path.startsWith('.') ? path : `./${path}`
          }
          chunk.code = chunk.code.replaceAll(`import("${from(door.fileName)}")`, () => through(names, from(file)))
        }
        delete bundle[door.fileName]
      }
    },
  }
}
