/** A directory as the pages assume it: their guests and files under the names that the examples use, and `rvr` on PATH. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, inject } from 'vitest'
import { loopGuest, TEXT } from '../codegen/guests.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { main } from '../support/program.ts'
import { root } from './blocks.ts'

/** Guests by the names of the examples; the directory's own are there for patterns. */
const guests: Readonly<Record<string, string>> = {
  'guest.elf': 'fibonacci',
  'fibonacci.elf': 'fibonacci',
  'fibonacci.rv64.elf': 'fibonacci',
  'old.elf': 'fibonacci',
  'new.elf': 'fibonacci',
  'other.elf': 'exitcode',
  'guests/a.elf': 'fibonacci',
  'guests/deep/b.elf': 'fibonacci',
  'traps.rv64.elf': 'traps',
  'args.elf': 'args',
  'files.elf': 'files',
  'hello.elf': 'hello',
  'sort.elf': 'bench-sort',
  'wordcount.elf': 'wordcount',
  'crc32.elf': 'crc32',
  'pull.elf': 'pull',
}

/** The guest of docs/profile.md, before and after. */
const profiled = ['distinct.elf', 'distinct-constant.elf']

/** The worked example of docs/metering.md: three rounds of a loop. */
const countdown = (): Uint8Array => {
  const bytes = loopGuest(assembler(64, TEXT)).finish()
  return buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes, flags: 5 }] })
}

const base = mkdtempSync(join(tmpdir(), 'rvr-docs-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

export interface Place {
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
}

export function place(): Place {
  const directory = mkdtempSync(join(base, 'page-'))
  const bin = join(base, 'bin')
  mkdirSync(join(directory, 'guests/deep'), { recursive: true })
  for (const [name, guest] of Object.entries(guests)) {
    copyFileSync(join(root, `cache-fixtures/guests/elf/${guest}.rv64.elf`), join(directory, name))
  }
  for (const name of profiled) copyFileSync(join(root, 'cache-fixtures/guests/profile', name), join(directory, name))
  writeFileSync(join(directory, 'countdown.elf'), countdown())
  writeFileSync(join(directory, 'block.bin'), Uint8Array.of(0xe8, 3, 0, 0, 0, 0, 0, 0))
  copyFileSync(join(root, 'src/machine/rv64im.json'), join(directory, 'mine.json'))
  cpSync(join(root, 'cache-fixtures/extensions/crc32'), join(directory, 'crc32'), { recursive: true })
  mkdirSync(bin, { recursive: true })
  const command = join(bin, 'rvr')
  const node = join(root, 'node_modules/.bin/node')
  writeFileSync(command, `#!/bin/sh\nexec '${node}' '${main}' "$@"\n`)
  chmodSync(command, 0o755)
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RVR_|NODE_OPTIONS$|XDG_)/.test(name))
  return {
    directory,
    environment: {
      ...Object.fromEntries(inherited),
      NO_COLOR: '1',
      HOME: directory,
      RVR_CACHE_DIR: inject('sharedCache'),
      RVR_CC: inject('quickCompiler') || undefined,
      REPOSITORY: root,
      PATH: `${bin}:${process.env.PATH}`,
    },
  }
}
