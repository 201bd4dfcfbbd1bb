/** --trace-instructions, --dump-registers and --dump-memory: what they accept, and what they print. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseRange } from '../../../src/cli/options/dumps.ts'
import { parseWindow } from '../../../src/cli/options/instruction-trace.ts'
import { rvr, temporaryDirectory } from '../spawn.ts'

const traps = 'cache-fixtures/guests/elf/traps.rv64.elf'

test('windows and ranges', () => {
  expect(parseWindow('5')).toEqual({ from: 5n, count: 1000n })
  expect(parseWindow('1_000,0x10')).toEqual({ from: 1000n, count: 16n })
  for (const text of ['guest.elf', '', '1,2,3', '1,', ',2', '1,10000001', '-1'])
    expect(() => parseWindow(text), text).toThrow(expect.objectContaining({ code: 'USAGE' }))
  expect(parseRange('0x300000,64')).toEqual({ address: 0x300000, length: 64 })
  expect(parseRange(`${2 ** 32},0`)).toEqual({ address: 2 ** 32, length: 0 })
  for (const text of ['', '5', '1,2,3', `${2 ** 32},1`, '0,1048577', '0xffffffff,2', '18446744073709551616,1', 'a,b'])
    expect(() => parseRange(text), text).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('a window of a run in a file; registers and memory where it trapped', () => {
  const file = join(temporaryDirectory(), 'trace.txt')
  const run = rvr([
    'run',
    traps,
    '--tier',
    'interp',
    '--input',
    'hex:01',
    '--trace-instructions=20,100',
    '--trace-file',
    file,
    '--dump-registers',
    '--dump-memory',
    '0x200800,20',
    '-q',
  ])
  expect(run).toMatchObject({ status: 4, stderr: '' })
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines).toHaveLength(5)
  expect(lines[0]).toMatch(/^ {8}20 {4}0x200884 {2}main\+0x40 +[0-9a-f]{8} {2}auipc a0,0x1 +a0=0x201884$/)
  expect(lines[3]).toMatch(/^ {8}23 .* {2}add a0,a0,a1 +a0=0x20000000$/)
  expect(run.stdout).toMatch(
    /^pc {14}0x200894\nregisters {7}zero 0x0 .* {4}0x200800 {2}(?:[0-9a-f]{2} ){15}[0-9a-f]{2} {2}.{16}\n {4}0x200810 {2}(?:[0-9a-f]{2} ){3}[0-9a-f]{2} +.{4}\n$/ms,
  )
})

test('on standard error, and the run goes on; JSON has the dumps', () => {
  const run = rvr([
    'run',
    traps,
    '--tier',
    'interp',
    '--input',
    'hex:00',
    '--trace-instructions=0,2',
    '--max-instructions',
    '10',
    '--dump-registers',
    '--dump-memory',
    '0x200800,4',
    '--dump-memory',
    '0,2',
    '--json',
  ])
  expect(run.stderr.match(/^ {9}\d {4}0x2008/gm)).toHaveLength(2)
  expect(JSON.parse(run.stdout)).toMatchObject({
    outcome: 'suspended',
    instret: 10,
    pc: expect.stringMatching(/^0x/),
    registers: { zero: '0x0', sp: expect.any(String) },
    memory: [
      { address: '0x200800', bytes: expect.stringMatching(/^[0-9a-f]{8}$/) },
      { address: '0x0', bytes: '0000' },
    ],
  })
  expect(rvr(['run', traps, '--tier', 'interp', '--trace-instructions', '--trace-file', '/dev/full'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('cannot write /dev/full'),
  })
})
