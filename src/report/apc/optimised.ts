/** Answers of `rvr apc`: what an optimiser left of a constraint system. */
import { gzipSync } from 'node:zlib'
import { readInterchange } from '../../apc/interchange/read.ts'
import { writeInterchange } from '../../apc/interchange/write.ts'
import { optimise } from '../../apc/optimise/optimise.ts'
import { sizeOf, type Size } from '../../apc/system.ts'
import type { Answer } from '../answer.ts'
import { table } from '../form/table.ts'
import { grouped } from '../form/units.ts'

export interface OptimisedFile {
  readonly answer: Answer
  /** The system that is left, as an interchange file; in gzip if that is asked for. */
  file(isPacked: boolean): Uint8Array
}

/**
 * Optimises a constraint system.
 *
 * @param bytes an interchange file
 * @throws RvrError `INPUT_INVALID`
 */
export function optimisedFile(bytes: Uint8Array): OptimisedFile {
  const { blocks, system } = readInterchange(bytes)
  const { system: left } = optimise(system)
  const [before, after] = [sizeOf(system), sizeOf(left)]
  const instructions = blocks.reduce((sum, each) => sum + each.instructions.length, 0)
  return {
    answer: { json: { instructions, before, after }, text: textOf(before, after) },
    file: isPacked => {
      const text = `${writeInterchange({ blocks, system: left })}\n`
      return isPacked ? gzipSync(text) : Buffer.from(text)
    },
  }
}

function textOf(before: Size, after: Size): string {
  const names: readonly (keyof Size)[] = ['columns', 'interactions', 'constraints']
  const rows = names.map(name => [name, grouped(before[name]), grouped(after[name])])
  return table([['', 'before', 'after'], ...rows], 'lrr')
}
