/** What the commands of `rvr stream` share: where the items are, and where to write. */
import type { Option } from 'commander'
import { notEmpty, option, valued } from '../../options/declare.ts'

export interface StoreOptions {
  readonly store: string
  readonly output: string
}

export const storeOptions = (): Option[] => [
  valued('--store <dir>', 'directory with a file KIND-KEY for each item', notEmpty).makeOptionMandatory(),
  option('-o, --output <file>', 'the file to write').makeOptionMandatory(),
]
