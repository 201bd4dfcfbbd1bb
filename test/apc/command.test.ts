/** `rvr apc optimize` reads a system, says what is left of it and writes that. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readInterchange } from '../../src/apc/interchange/read.ts'
import { sizeOf } from '../../src/air/system.ts'
import { optimisedFile } from '../../src/report/apc/optimised.ts'
import { rvr } from '../cli/spawn.ts'
import { smallBlock } from './small-block.ts'

const folder = mkdtempSync(join(tmpdir(), 'rvr-apc-'))
afterAll(() => rmSync(folder, { recursive: true }))

const text = smallBlock

test('the file that is written is what was said', () => {
  const [input, output] = [join(folder, 'block.json'), join(folder, 'smaller.json.gz')]
  writeFileSync(input, text)
  const { status, stdout, stderr } = rvr(['apc', 'optimize', input, '-o', output, '--json'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const { before, after } = JSON.parse(stdout)
  expect(before).toEqual({ columns: 63, interactions: 29, constraints: 59 })
  const { system } = readInterchange(readFileSync(output))
  expect(sizeOf(system)).toEqual(after)
  expect(after.columns).toBeLessThan(20)
  expect(system.derived.length).toBeGreaterThan(0)
})

test('--verify says what was tried', () => {
  const input = join(folder, 'checked.json')
  writeFileSync(input, text)
  const { status, stdout } = rvr(['apc', 'optimize', input, '--verify', '--json'])
  expect(status).toBe(0)
  const { verified } = JSON.parse(stdout)
  expect(verified.executions).toBe(200)
  expect(verified.changed).toBeGreaterThan(0)
  expect(rvr(['apc', 'optimize', input, '--verify']).stdout).toMatch(/^verified: 200 executions, \d+ changed rows$/m)
})

test('what is left is not made smaller again, and comes out the same each time', () => {
  const once = optimisedFile(Buffer.from(text)).file(false)
  expect(Buffer.compare(optimisedFile(Buffer.from(text)).file(false), once)).toBe(0)
  const again = readInterchange(optimisedFile(once).file(false)).system
  expect(sizeOf(again)).toEqual(sizeOf(readInterchange(once).system))
})

test('a file that is no system is refused', () => {
  const input = join(folder, 'bad.json')
  writeFileSync(input, '{}')
  const { status, stdout } = rvr(['apc', 'optimize', input, '--json'])
  expect(status).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INPUT_INVALID', details: { at: 'bus_map' } } })
})
