/** Licences of the packages that became part of the bundle, as they ask for. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { resource } from '../resources.ts'

/** The text of a file that goes with the bundle. */
export function notices(packages: readonly string[]): string {
  return packages.map(name => `${name}\n\n${licence(name)}`).join(`\n${'-'.repeat(80)}\n`)
}

function licence(name: string): string {
  const folder = fileURLToPath(resource(`node_modules/${name}/`))
  const file = readdirSync(folder).find(one => /^licen[cs]e/i.test(one))
  if (file === undefined) throw new Error(`${name} has no licence file`)
  return readFileSync(`${folder}${file}`, 'utf8')
}
