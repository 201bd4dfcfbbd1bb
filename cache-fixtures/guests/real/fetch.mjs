/** Fetches a package of packages.json, checks its digest, unpacks its C sources: `node fetch.mjs NAME DIRECTORY`. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [name, target] = process.argv.slice(2)
const pinned = JSON.parse(readFileSync(new URL('packages.json', import.meta.url), 'utf8'))[name]
if (pinned === undefined || target === undefined)
  throw new Error('usage: node fetch.mjs NAME DIRECTORY, with a name of packages.json')

mkdirSync(dirname(target), { recursive: true })
const work = mkdtempSync(`${target}.`)
try {
  // `npm pack` downloads the archive as published and runs no script of it.
  const options = ['--silent', '--ignore-scripts', `--pack-destination=${work}`]
  const packed = execFileSync('npm', ['pack', ...options, `${name}@${pinned.version}`], { encoding: 'utf8' })
  const archive = join(work, packed.trim())
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  if (integrity !== pinned.integrity)
    throw new Error(`${name}@${pinned.version} has integrity ${integrity}, wanted ${pinned.integrity}`)
  execFileSync('tar', ['-xzf', archive, '-C', work, `package/${pinned.sources}`])
  rmSync(target, { recursive: true, force: true })
  renameSync(join(work, 'package', pinned.sources), target)
} finally {
  rmSync(work, { recursive: true, force: true })
}
