/** A directory of programs that pretend to be a whole toolchain: compiler, linker and make, each a file that a test can replace. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeClang, script } from '../../../toolchain/fake-tools.ts'

export interface Tools {
  /** The only directory of PATH. */
  readonly bin: string
  readonly cc: string
  readonly ld: string
  readonly make: string
  /** Writes a program anew: the same version, other contents when `comment` is another. */
  write(name: 'clang-22' | 'ld' | 'make', comment?: string): Promise<string>
  /** Macros that the compiler prints beside its own. */
  macros(...lines: string[]): Promise<void>
}

export async function fakeTools(bin: string): Promise<Tools> {
  const macros = join(bin, 'macros')
  const ld = join(bin, 'ld')
  const write = async (name: 'clang-22' | 'ld' | 'make', comment = ''): Promise<string> => {
    if (name === 'ld') return script(ld, `# ${comment}\necho "GNU ld 2.40"`)
    if (name === 'make') return script(join(bin, 'make'), `# ${comment}\necho "GNU Make 4.3"`)
    return fakeClang(
      bin,
      name,
      22,
      `# ${comment}\ncase "$*" in *-print-prog-name=*) echo ${ld}; exit ;; *-dM*) while read -r line; do echo "$line"; done < "${macros}" ;; esac`,
    )
  }
  const tools = {
    bin,
    ld,
    cc: join(bin, 'clang-22'),
    make: join(bin, 'make'),
    write,
    macros: (...lines: string[]) => writeFile(macros, lines.map(line => `${line}\n`).join('')),
  }
  for (const name of ['clang-22', 'ld', 'make'] as const) await write(name)
  await tools.macros()
  return tools
}
