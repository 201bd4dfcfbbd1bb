/** Runs the linux guests under qemu and each kernel natively as well, and compares with expected.json; `--write` records instead. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
const write = process.argv.includes('--write')
const build = process.argv.slice(2).find(argument => !argument.startsWith('-')) ?? '../../build/guests'
const expectedFile = 'expected.json'
const guests = {
  hello: { args: [], stdin: '' },
  args: { args: ['one', 'two words'], stdin: 'from stdin\n' },
  printf: { args: [], stdin: '' }
}

/** What one program did: its standard output and its exit code. */
const run = (file, args, stdin = '') => {
  const { stdout, status, error } = spawnSync(file, args, { input: stdin, encoding: 'utf8' })
  if (error) throw error
  return { stdout, exitCode: status }
}

/** The one result that all runs agree on; anything else ends the check. */
const agreed = (what, results) => {
  const texts = Object.entries(results).map(([by, result]) => [by, JSON.stringify(result)])
  if (new Set(texts.map(([, text]) => text)).size !== 1) {
    console.error(`${what} differs:\n${texts.map(([by, text]) => `  ${by}: ${text}`).join('\n')}`)
    process.exit(1)
  }
  return Object.values(results)[0]
}

const underQemu = (name, args, stdin) => Object.fromEntries([32, 64].map(bits =>
  [`qemu-riscv${bits}`, run(`qemu-riscv${bits}`, [`elf/${name}.rv${bits}.elf`, ...args], stdin)]))

const found = { kernels: {}, guests: {} }
for (const [name, { args, stdin }] of Object.entries(guests)) {
  found.guests[name] = { args, stdin, ...agreed(name, underQemu(name, args, stdin)) }
}

mkdirSync(`${build}/native`, { recursive: true })
const kernels = readdirSync('bench').filter(file => file.endsWith('.c') && !file.startsWith('main-')).map(file => file.slice(0, -2))
for (const name of kernels) {
  const scale = readFileSync(`bench/${name}.c`, 'utf8').match(/kernel_default_scale = (\d+)/)[1]
  const natives = ['gcc', process.env.CLANG ?? 'clang-22'].map(cc => {
    const file = `${build}/native/${name}.${cc}`
    execFileSync(cc, ['-O2', '-o', file, `bench/${name}.c`, 'bench/main-native.c'])
    return [cc, file]
  })
  const twin = ['gcc', 'clang'].map(cc => `bench-${name}.${cc}`).find(guest => existsSync(`elf/${guest}.rv64.elf`))
  const checksum = (args, guestArgs = args) => agreed(`${name} ${args.join(' ')}`, {
    ...Object.fromEntries(natives.map(([cc, file]) => [cc, run(file, args).stdout])),
    ...Object.fromEntries([`bench-${name}`, twin].flatMap(guest => Object.entries(underQemu(guest, guestArgs)).map(([by, { stdout }]) => [`${guest} ${by}`, stdout])))
  }).trim()
  // Guests take the default from their own source.
  found.kernels[name] = { 1: checksum(['1']), [scale]: checksum([scale], []) }
}

if (write) {
  writeFileSync(expectedFile, JSON.stringify(found, null, 2) + '\n')
} else {
  agreed('expected.json', { recorded: JSON.parse(readFileSync(expectedFile, 'utf8')), found })
}
console.log(`${Object.keys(found.guests).length} guests and ${kernels.length} kernels agree`)
