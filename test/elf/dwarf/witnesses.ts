/** What other programs say about instructions of a guest: llvm-symbolizer, and addr2line of GNU binutils. */
import { spawnSync } from 'node:child_process'
import { programAmong } from '../../support/unwind-guest.ts'

/** A frame as a witness prints it. */
export interface WitnessFrame {
  readonly name: string
  readonly file: string
  readonly line: number
  /** Undefined where the witness has none. */
  readonly column: number | undefined
}

/** The frames of each instruction, the innermost first. */
export type Witness = (path: string, pcs: readonly number[]) => readonly (readonly WitnessFrame[])[]

const linesOf = (tool: string, options: readonly string[], pcs: readonly number[]): string[] => {
  const input = pcs.map(pc => `0x${pc.toString(16)}\n`).join('')
  const { stdout } = spawnSync(tool, options, { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
  return stdout.trim().split('\n')
}

interface Symbolized {
  readonly Symbol: readonly { FunctionName: string; FileName: string; Line: number; Column: number }[]
}

const symbolizerTool = programAmong(['llvm-symbolizer-22', 'llvm-symbolizer'])
/** With the names that linkers know. Undefined where it is not installed. */
export const symbolizer: Witness | undefined =
  symbolizerTool === undefined
    ? undefined
    : (path, pcs) => {
        const options = [`--obj=${path}`, '--output-style=JSON', '--no-demangle']
        return linesOf(symbolizerTool, options, pcs).map(line => {
          const { Symbol: frames } = JSON.parse(line) as Symbolized
          const known = frames.filter(({ FunctionName, FileName }) => FunctionName !== '' || FileName !== '')
          return known.map(each => ({
            name: each.FunctionName,
            file: each.FileName,
            line: each.Line,
            column: each.Column,
          }))
        })
      }

const addr2lineTool = programAmong(['riscv64-unknown-elf-addr2line', 'riscv64-elf-addr2line'])
/** With names as people write them. Undefined where it is not installed. */
export const addr2line: Witness | undefined =
  addr2lineTool === undefined
    ? undefined
    : (path, pcs) => {
        const answers: WitnessFrame[][] = []
        const lines = linesOf(addr2lineTool, ['-a', '-f', '-i', '-C', '-e', path], pcs)
        for (let index = 0; index < lines.length;) {
          if (/^0x[0-9a-f]+$/.test(lines[index]!)) {
            answers.push([])
            index++
            continue
          }
          const [name, place] = lines.slice(index, index + 2)
          const [, file, line] = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(place!)!
          index += 2
          const frame = { name: name!, file: file === '??' ? '' : file!, line: Number(line) || 0, column: undefined }
          if (name !== '??' || frame.file !== '') answers.at(-1)!.push(frame)
        }
        return answers
      }
