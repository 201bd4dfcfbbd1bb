/** Copies of what runs rest on, for callers, who may do with them what they like. */
import type { Image } from '../elf/image.ts'
import { parseElf } from '../elf/parse.ts'
import type { Machine } from '../machine/machine.ts'

export const ownImage = ({ file, memory }: Image): Image => parseElf(new Uint8Array(file), '<bytes>', undefined, memory)

/** Autoprecompiles are as good as constants: nobody changes them, and copies of hundreds of systems take their time. */
export const ownMachine = ({ autoprecompiles, ...machine }: Machine): Machine =>
  autoprecompiles === undefined ? structuredClone(machine) : { ...structuredClone(machine), autoprecompiles }
