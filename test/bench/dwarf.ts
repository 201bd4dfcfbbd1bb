/** What reading all debug information of a large guest takes: 20 MB of SQLite and libsecp256k1, several times over. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { debugInfoOf } from '../../src/elf/dwarf/debug-info.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { readSections } from '../../src/elf/sections.ts'
import { fetchSources, secp256k1, sqlite } from '../elf/dwarf/large-guests.ts'

/** Copies of both libraries, under other names. */
const COPIES = 4
const work = fileURLToPath(new URL('../../build/bench-dwarf', import.meta.url))

function run(program: string, options: readonly string[]): void {
  const { status, stderr } = spawnSync(program, options, { cwd: work, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${options.join(' ')}: ${stderr}`)
}

function build(): string {
  const machine = ['-march=rv64im', '-mabi=lp64', '-mcmodel=medany', '-mno-relax']
  const objects: string[] = []
  for (const [name, { sources = [], options = [] }] of Object.entries({ secp256k1, sqlite })) {
    const compiled = options.filter(option => !option.startsWith('-Wl,'))
    run('riscv64-unknown-elf-gcc', [...machine, '-O2', '-g3', ...compiled, '-c', ...sources, '-o', `${name}.o`])
    for (let copy = 0; copy < COPIES; copy++) {
      objects.push(`${name}-${copy}.o`)
      run('riscv64-unknown-elf-objcopy', [`--prefix-symbols=copy${copy}_`, `${name}.o`, objects.at(-1)!])
    }
  }
  const linked = ['-nostdlib', '-static', '-Wl,--unresolved-symbols=ignore-all,-Ttext=0x200800,-e,0x200800']
  run('riscv64-unknown-elf-gcc', [...machine, ...linked, ...objects, '-o', 'guest.elf'])
  // Labels, which rvr knows by a name that begins with `.L`, have got another one.
  run('riscv64-unknown-elf-objcopy', ['--wildcard', '--strip-symbol=copy*_.L*', 'guest.elf'])
  return join(work, 'guest.elf')
}

const missing = fetchSources()
if (missing !== undefined) throw new Error(missing)
mkdirSync(work, { recursive: true })
const file = Uint8Array.from(readFileSync(build()))
const image = parseElf(file, 'guest.elf')
const sections = readSections(file).filter(({ name }) => name.startsWith('.debug_'))
const megabytes = sections.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6
const seconds = (from: number): string => ((performance.now() - from) / 1000).toFixed(2)

const start = performance.now()
const { length } = image.symbols
const symbolsTook = seconds(start)
const begin = performance.now()
const info = debugInfoOf(image)
let pcs = 0
let frames = 0
for (const { address, memorySize, executable } of image.segments)
  for (let pc = address; executable && pc < address + memorySize; pc += 4, pcs++) frames += info.framesAt(pc).length
const framesTook = seconds(begin)
const again = performance.now()
let runs = 0
for (const { line } of info.lines()) if (line > 0) runs++
process.stdout.write(
  `${megabytes.toFixed(1)} MB of debug information, ${pcs} instructions, ${frames} frames, ${runs} runs of lines\n` +
    `${length} symbols ${symbolsTook} s; frames of all instructions ${framesTook} s; all lines ${seconds(again)} s; ` +
    `at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB, the file of ${(file.length / 1e6).toFixed(1)} MB included\n`,
)
