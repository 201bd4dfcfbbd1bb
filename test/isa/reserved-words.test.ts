/** Every word that the specifications reserve is an unknown word: the tables against what the manual says, and against qemu. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'smol-toml'
import { lift } from '../../src/program/lift.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor, guestAbi } from '../../src/extensions/registry.ts'
import { operationFor, UNKNOWN } from '../../src/interp/operation.ts'
import { buildElf } from '../support/elf-builder.ts'
import { hasQemu, illegalInQemu, RESERVED_REGISTER } from './words/illegal-in-qemu.ts'
import {
  fieldsOf,
  isLinuxInstruction,
  isOpenvmInstruction,
  otherExtensions,
  wordOf,
  type Fields,
} from './words/specified.ts'

/** `make words` looks at every value of rs2, too many for make test. */
const isSweep = process.env['RVR_WORDS'] === 'all'
const hex = (word: number): string => `0x${word.toString(16).padStart(8, '0')}`

/** All classes of opcode, funct3 and funct7 in words of 32 bits, with the given values of the other fields. */
function* classes(
  others: Iterable<Pick<Fields, 'rd' | 'rs1' | 'rs2'>>,
  opcodes = Array.from({ length: 32 }, (_, index) => (index << 2) | 3),
): Generator<number> {
  for (const other of others)
    for (const opcode of opcodes)
      for (let funct3 = 0; funct3 < 8; funct3++)
        for (let funct7 = 0; funct7 < 128; funct7++) yield wordOf({ opcode, funct3, funct7, ...other })
}

/** Fields where reserved values hide: all of rs2, of rd and rs1 zero and another. */
const everything = Array.from({ length: 32 }, (_, rs2) => [
  { rd: 0, rs1: 0, rs2 },
  { rd: 5, rs1: 0, rs2 },
  { rd: 0, rs1: 5, rs2 },
  { rd: 5, rs1: 5, rs2 },
]).flat()
const some = everything.filter(({ rs2 }) => [0, 1, 2, 3, 5, 24, 31].includes(rs2))

/** At most a few, for the message. */
const firstOf = (words: readonly number[]): string[] => words.slice(0, 8).map(hex)

describe.each([32, 64] as const)('RV%i', xlen => {
  test('the tables know what the manual and the guest ABI define, and nothing else', async () => {
    const tables = (
      parse(readFileSync(new URL('../../cache-fixtures/guests/elf/kitchen-sink.toml', import.meta.url), 'utf8')) as {
        app_vm_config: Record<string, unknown>
      }
    ).app_vm_config
    const configured = { moduli: 10, fp2: 2, curves: 4, pairings: 2 }
    const nothing = { moduli: 0, fp2: 0, curves: 0, pairings: 0 }
    const abis = [
      { decode: decoderFor(xlen, abiNamed('linux')), defines: (fields: Fields) => isLinuxInstruction(fields, xlen) },
      {
        decode: decoderFor(xlen, abiNamed('openvm')),
        defines: (fields: Fields) => isOpenvmInstruction(fields, xlen, nothing),
      },
      {
        decode: decoderFor(xlen, await guestAbi({ name: 'openvm', config: { origin: 'test', tables } })),
        defines: (fields: Fields) => isOpenvmInstruction(fields, xlen, configured),
      },
    ]
    const wrong: number[][] = abis.map(() => [])
    let known = 0
    for (const word of classes(isSweep ? everything : some)) {
      const fields = fieldsOf(word)
      for (const [index, { decode, defines }] of abis.entries()) {
        const isKnown = decode(word | 0, 0) !== undefined
        if (isKnown !== defines(fields)) wrong[index]!.push(word)
        if (isKnown) known++
      }
    }
    expect(wrong.map(firstOf)).toEqual([[], [], []])
    expect(known).toBeGreaterThan(100_000)
    // Words of 16 bits: there are none without the C extension.
    const short = Array.from({ length: 128 }, (_, opcode) => opcode).filter(opcode => (opcode & 3) !== 3)
    for (const word of classes(
      [
        { rd: 0, rs1: 0, rs2: 0 },
        { rd: 5, rs1: 10, rs2: 11 },
      ],
      short,
    ))
      for (const { decode } of abis) if (decode(word | 0, 0) !== undefined) throw new Error(`${hex(word)} is known`)
  })

  test('an unknown word is one to both engines: nothing is compiled for it, and the interpreter asks the ABI', () => {
    const words = [...classes([{ rd: 5, rs1: 5, rs2: 3 }])]
    const text = 0x200000
    const decode = decoderFor(xlen, abiNamed('linux'))
    const image = parseElf(
      buildElf({
        xlen,
        entry: text,
        segments: [{ address: text, bytes: new Uint8Array(Uint32Array.from(words).buffer), flags: 5 }],
      }),
      'words.elf',
    )
    const { instrs } = lift(image, decode)
    expect(
      firstOf(words.filter((word, slot) => instrs[slot] !== undefined && !isLinuxInstruction(fieldsOf(word), xlen))),
    ).toEqual([])
    const isUnknown = (word: number): boolean =>
      operationFor(image, text, { word, size: 4, instr: decode(word | 0, text) }).code === UNKNOWN
    expect(firstOf(words.filter(word => isUnknown(word) === isLinuxInstruction(fieldsOf(word), xlen)))).toEqual([])
  })

  describe.skipIf(!hasQemu(xlen))('against qemu (skipped without qemu-user, which make tools installs)', () => {
    // A jump to itself never ends.
    const isEndless = (word: number): boolean =>
      (word & 127) === 0x6f ? word >>> 12 === 0 : (word & 127) === 0x63 && (word & 0xfe00_0f80) === 0
    const isAllowed = ({ rs1, rd, rs2 }: Fields): boolean =>
      rs1 !== RESERVED_REGISTER && rd !== RESERVED_REGISTER && (rs2 & 2) === 0
    // qemu 7.2 executes atomics of 8 bytes with the A extension off, and whole-register moves (vmv1r.v and the like)
    // without the V extension.
    const isMistaken = (fields: Fields): boolean =>
      (fields.funct3 === 3 && otherExtensions['A']!(fields, xlen)) ||
      (fields.opcode === 0x57 && fields.funct3 === 3 && fields.funct7 === 0b1001111)
    const plain = 'a=off,f=off,d=off,zba=off,zbb=off,zbc=off,zbs=off,Zicsr=off,Zifencei=off'
    // Where one bit of rs2 makes a jump lead between two words, qemu ends instead of telling: JAL has no reserved words
    // anyway.
    const words = [
      ...new Set([
        ...classes(isSweep ? everything : [{ rd: 5, rs1: 5, rs2: 4 }]),
        ...classes(isSweep ? [] : some.filter(({ rs2 }) => rs2 <= 1), [0x73, 0x0f]),
      ]),
    ].filter(word => !isEndless(word) && (isAllowed(fieldsOf(word)) || (word & 127) !== 0x6f))

    test('with I and M alone it refuses the same words', () => {
      const illegal = illegalInQemu(xlen, plain, words)
      expect(
        firstOf(
          words.filter(
            (word, index) =>
              !isMistaken(fieldsOf(word)) && (illegal[index] === 1) === isLinuxInstruction(fieldsOf(word), xlen),
          ),
        ),
      ).toEqual([])
    })

    test('what a usual CPU has beside belongs to extensions that are listed', () => {
      const illegal = illegalInQemu(xlen, 'c=on', words)
      const seen = new Set<string>()
      const wrong: number[] = []
      for (const [index, word] of words.entries()) {
        const fields = fieldsOf(word)
        if (illegal[index] === 1 || isLinuxInstruction(fields, xlen)) continue
        const names = Object.keys(otherExtensions).filter(name => otherExtensions[name]!(fields, xlen))
        if (names.length === 0 && !isMistaken(fields)) wrong.push(word)
        for (const name of names) seen.add(name)
      }
      expect(firstOf(wrong)).toEqual([])
      expect([...seen].toSorted()).toEqual(Object.keys(otherExtensions).toSorted())
    })

    test('words of 16 bits are none without C', () => {
      const short = [...classes([{ rd: 5, rs1: 5, rs2: 4 }], [0x01, 0x02, 0x12, 0x41, 0x60])]
      expect(illegalInQemu(xlen, `${plain},c=off`, short).every(value => value === 1)).toBe(true)
    })
  })
})
