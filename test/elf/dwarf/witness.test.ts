/** Functions, inlined calls and lines of compiled guests are those that llvm-symbolizer prints, at every instruction. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { debugInfoOf } from '../../../src/elf/dwarf/debug-info.ts'
import type { Image } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { readSections } from '../../../src/elf/sections.ts'
import { debugGuests, symbolizer, withDebugGuest } from './guests.ts'

interface Symbolized {
  readonly Symbol: readonly { FunctionName: string; FileName: string; Line: number; Column: number }[]
}

const frameText = (name: string, file: string, line: number, column: number): string =>
  `${name} ${file}:${line}:${column}`

function instructions(image: Image): number[] {
  const text = readSections(image.file).filter(({ flags, size }) => (flags & 4) !== 0 && size > 0)
  return text.flatMap(({ address, size }) => Array.from({ length: size / 4 }, (_, index) => address + 4 * index))
}

function wantedFrames(tool: string, path: string, pcs: readonly number[]): string[] {
  const input = pcs.map(pc => `0x${pc.toString(16)}\n`).join('')
  const options = [`--obj=${path}`, '--output-style=JSON', '--no-demangle']
  const { stdout } = spawnSync(tool, options, { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
  const answers = stdout.trim().split('\n')
  return answers.map(line => {
    const { Symbol: frames } = JSON.parse(line) as Symbolized
    const known = frames.filter(({ FunctionName, FileName }) => FunctionName !== '' || FileName !== '')
    return known.map(each => frameText(each.FunctionName, each.FileName, each.Line, each.Column)).join(', ')
  })
}

test.for(debugGuests)('$compiler, RV$xlen, $flags', (spec, { skip }) => {
  if (symbolizer === undefined) return skip('there is no llvm-symbolizer here')
  const compared = withDebugGuest(spec, (elf, path) => {
    const image = parseElf(elf, path)
    const info = debugInfoOf(image)
    const pcs = instructions(image)
    const found = pcs.map(pc => {
      const frames = info.framesAt(pc)
      const texts = frames.map(({ symbol, place }) =>
        frameText(symbol ?? '', place?.file ?? '', place?.line ?? 0, place?.column ?? 0),
      )
      return texts.join(', ')
    })
    // What has a line, and the line, must be the same when all are asked for at once.
    const byLine = [...info.lines()]
    expect(byLine.every(({ from, to }, index) => from < to && to <= (byLine[index + 1]?.from ?? Infinity))).toBe(true)
    const ofPc = byLine.flatMap(({ from, to, file, line }) =>
      pcs.filter(pc => pc >= from && pc < to).map(pc => `${pc} ${file}:${line}`),
    )
    const withLine = pcs.flatMap(pc => {
      const place = info.placeAt(pc)
      return place === undefined || place.line === 0 ? [] : `${pc} ${place.file}:${place.line}`
    })
    expect(ofPc).toEqual(withLine)
    const wanted = wantedFrames(symbolizer!, path, pcs)
    const places = (frames: readonly string[]): string[] => frames.map((text, index) => `${pcs[index]}: ${text}`)
    expect(places(found)).toEqual(places(wanted))
    expect(info.doubts).toEqual([])
    expect(found.some(text => text.includes('inlined.cpp') || text.includes('rest.c'))).toBe(true)
    if (!spec.flags.includes('-O0')) expect(found.some(text => text.includes(', '))).toBe(true)
    return pcs.length
  })
  if (compared === undefined) return skip(`there is no ${spec.compiler} for RISC-V here`)
  expect(compared).toBeGreaterThan(20)
})
