/** The AIRs of an extension: a list in its folder, and the files beside it. */
import { existsSync } from 'node:fs'
import type { AirList } from '../air/listed.ts'
import { orShipped } from '../air/load.ts'
import { resource, resourceText } from '../resources.ts'

/** The list `name`.air of a shipped extension. What lies in the same folder comes before the machines' own files. */
export function shippedList(extension: string, name: string): AirList {
  const fileOf = (path: string): string => `src/extensions/${extension}/${path}.air`
  const read = orShipped(path => (existsSync(resource(fileOf(path))) ? resourceText(fileOf(path)) : undefined))
  return { list: name, read, folder: `${extension}/` }
}
