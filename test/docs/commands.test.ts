/** Every command that README and docs/ show runs as it stands there, and writes what they say it writes. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { blocksOf, pages, type Block } from './blocks.ts'
import { place, type Place } from './place.ts'
import { missing, stepsOf } from './transcript.ts'

/** A shell's exit status and all that it wrote. */
function bash(
  { directory, environment }: Place,
  script: string,
): { status: number | null; lines: string[]; text: string } {
  const { status, stdout } = spawnSync('bash', ['-c', `exec 2>&1; ${script}`], {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
  })
  // Progress depends on how busy the machine is.
  const text = stdout.replaceAll(/^rvr: (?!error|warning)[^:\n]*\n/gm, '')
  return { status, text, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') }
}

/** How a guest may end is its own affair (1, 4, 6); any other failure of a command is one of the page. */
const STRICT = `set -uE; trap 'case $? in 1|4|6) ;; *) exit 99;; esac' ERR`

/** Does the block show a terminal? */
const isTranscript = ({ language, text }: Block): boolean => language === '' && text.startsWith('$ ')

/**
 * What a block that shows the cache begins with is its page's own cache, empty at first, and, where a terminal shows it,
 * the compiler that rvr finds; others use the shared cache, and a compiler that is quick.
 */
const showsCache = ({ setup, text }: Block): boolean => /\bcache (hit|miss)|\brvr cache\b/.test(setup + text)
function withOwnCache({ directory, environment }: Place, block: Block): Place {
  const compiler = isTranscript(block) ? undefined : environment['RVR_CC']
  return { directory, environment: { ...environment, RVR_CACHE_DIR: undefined, RVR_CC: compiler } }
}

function runBlock(shared: Place, block: Block): void {
  const at = showsCache(block) ? withOwnCache(shared, block) : shared
  const script = block.language === 'sh' ? block.text : ''
  const { status: ready, text: why } = bash(at, `${STRICT}; ${block.setup}\n${script}\nexit 0`)
  expect(ready, why).toBe(0)
  if (block.language === 'sh') return
  let before: number | null = 0
  for (const { command, output } of stepsOf(block.text)) {
    const { status, lines, text } = bash(at, `(exit ${before}); ${command}`)
    expect(missing(output, lines), `${command}\n${text}`).toBeUndefined()
    before = status
  }
}

describe.each(pages)('%s', page => {
  const blocks = blocksOf(page).filter(
    block => block.notRun === undefined && (block.language === 'sh' || isTranscript(block)),
  )
  const at = place()
  // Blocks of one page follow each other: a later one may use what an earlier one has made.
  test.each(blocks)('line $line', block => runBlock(at, block))
  if (blocks.length === 0) test('shows no command', () => {})
})
