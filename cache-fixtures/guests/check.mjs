/** Runs guests under qemu and kernels natively too, and compares with expected.json; `--write` records instead. */
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
  printf: { args: [], stdin: '' },
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

const underQemu = (name, args, stdin) => {
  const runs = [32, 64].map(bits => {
    const qemu = `qemu-riscv${bits}`
    return [qemu, run(qemu, [`elf/${name}.rv${bits}.elf`, ...args], stdin)]
  })
  return Object.fromEntries(runs)
}

const found = { kernels: {}, guests: {} }
for (const [name, { args, stdin }] of Object.entries(guests)) {
  found.guests[name] = { args, stdin, ...agreed(name, underQemu(name, args, stdin)) }
}

mkdirSync(`${build}/native`, { recursive: true })
const isKernel = file => file.endsWith('.c') && !file.startsWith('main-')
const kernels = readdirSync('bench')
  .filter(isKernel)
  .map(file => file.slice(0, -2))
for (const name of kernels) {
  const scale = readFileSync(`bench/${name}.c`, 'utf8').match(/kernel_default_scale = (\d+)/)[1]
  const natives = ['gcc', process.env.CLANG ?? 'clang-22'].map(cc => {
    const file = `${build}/native/${name}.${cc}`
    execFileSync(cc, ['-O2', '-o', file, `bench/${name}.c`, 'bench/main-native.c'])
    return [cc, file]
  })
  const twin = ['gcc', 'clang'].map(cc => `bench-${name}.${cc}`).find(guest => existsSync(`elf/${guest}.rv64.elf`))
  const checksum = (args, guestArgs = args) => {
    const results = natives.map(([cc, file]) => [cc, run(file, args).stdout])
    for (const guest of [`bench-${name}`, ...(twin === undefined ? [] : [twin])])
      for (const [by, { stdout }] of Object.entries(underQemu(guest, guestArgs)))
        results.push([`${guest} ${by}`, stdout])
    return agreed(`${name} ${args.join(' ')}`, Object.fromEntries(results)).trim()
  }
  // Guests take the default from their own source.
  found.kernels[name] = { 1: checksum(['1']), [scale]: checksum([scale], []) }
}

if (write) {
  writeFileSync(expectedFile, JSON.stringify(found, null, 2) + '\n')
} else {
  agreed('expected.json', { recorded: JSON.parse(readFileSync(expectedFile, 'utf8')), found })
}
console.log(`${Object.keys(found.guests).length} guests and ${kernels.length} kernels agree`)
