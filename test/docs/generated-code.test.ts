/** The C in docs/codegen.md is what rvr writes for the guest that the page names or for all guests, in some mode for some compiler. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { preserveNone, sibling } from '../../src/codegen/convention.ts'
import { generate } from '../../src/codegen/generate.ts'
import { interpreterProject } from '../../src/codegen/interpreter/project.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { callFiles } from '../../src/extensions/compose.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { blocksOf, root } from './blocks.ts'
import { missing } from './transcript.ts'

const PAGE = 'docs/codegen.md'
const path = join(root, 'cache-fixtures/guests/elf/fibonacci.rv64.elf')
const graph = buildGraph(lift(parseElf(readFileSync(path), path), decoderFor(64, abiNamed('openvm'))))

const projects = [
  { mode: 'metered-cost', convention: preserveNone },
  { mode: 'metered-cost', convention: sibling },
  { mode: 'metered', convention: preserveNone },
] as const
const files = projects.flatMap(({ mode, convention }) => {
  const options = { mode: modeNamed(mode), machine: defaultMachine(64), convention, identity: '{}' }
  return generate(graph, options).files.map(({ content }) => content.split('\n'))
})

const interpreter = interpreterProject({
  slotBytes: 4,
  xlen: 64,
  memory: abiNamed('openvm').memory,
  rows: abiNamed('openvm').extensions.flatMap(({ rows }) => rows.filter(({ only }) => only !== 32)),
  machine: defaultMachine(64),
  modes: [modeNamed('pure')],
  convention: sibling,
  vectorBytes: 16,
  identity: '{}',
  callFiles: callFiles(abiNamed('openvm')),
})
for (const { content } of interpreter.files) files.push(content.split('\n'))

/** Do the lines stand together in a file? `…` is any text in a line, or any lines. */
const isGenerated = (lines: readonly string[]): boolean =>
  files.some(file => missing(['…', ...lines, '…'], file) === undefined)

const shown = blocksOf(PAGE).filter(({ language }) => language === 'c')

test.each(shown)('$page, line $line', ({ text }) => {
  const lines = text.replace(/\n$/, '').split('\n')
  expect(isGenerated(lines), text).toBe(true)
  expect(isGenerated([...lines.slice(0, -1), `${lines.at(-1)!};`])).toBe(false)
})

test('the page shows C', () => expect(shown.length).toBeGreaterThan(5))
