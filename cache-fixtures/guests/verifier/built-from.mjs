/** Of which sources the committed verifiers were built, by digest: the build writes it, and a test compares. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const record = new URL('built-from.json', import.meta.url)
const guests = 'cache-fixtures/guests'
const fixed = [
  'ffi/guest/rvr_input.h',
  'templates/archive/archive.c',
  'templates/archive/archive.h',
  `${guests}/abi/freestanding.c`,
  `${guests}/abi/openvm/openvm.h`,
  `${guests}/abi/openvm/openvm.ld`,
  `${guests}/abi/openvm/start.S`,
  `${guests}/verifier/guest.h`,
  `${guests}/verifier/verifier.c`,
]
const elfs = [32, 64].map(bits => `${guests}/elf/verifier.rv${bits}.elf`)

/** SHA-256 by file, as the files are now: what verifiers are built of, and the verifiers. */
export function builtFrom() {
  const ofVerifier = readdirSync(new URL('ffi/stark/', root)).filter(name => /\.[ch]$/.test(name))
  const paths = [...fixed, ...ofVerifier.map(name => `ffi/stark/${name}`), ...elfs].sort()
  const there = paths.filter(path => existsSync(new URL(path, root)))
  const digest = path =>
    createHash('sha256')
      .update(readFileSync(new URL(path, root)))
      .digest('hex')
  return Object.fromEntries(there.map(path => [path, digest(path)]))
}

/** The same when the verifiers were built. */
export const recorded = () => JSON.parse(readFileSync(record, 'utf8'))

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(record, JSON.stringify(builtFrom(), null, 2) + '\n')
