/** Recordings that are damaged, or belong elsewhere: an error that says where, or tables of another run; never a crash. */
import { describe, expect, test } from 'vitest'
import { RvrError } from '../../../src/index.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { cut, type RecordedSegment } from '../../../src/trace/native/cut.ts'
import { EngineGuest } from '../../../src/trace/native/engine.ts'
import { fill } from '../../../src/trace/native/fill.ts'
import { CANCELLED } from '../../../src/trace/native/failures.ts'
import { FragmentTable, type Fragment } from '../../../src/trace/native/fragments.ts'
import { placeRecords } from '../../../src/trace/native/matrices.ts'
import type { Piece, TapeWords } from '../../../src/trace/native/records.ts'
import { listsOf, stitch } from '../../../src/trace/native/stitch.ts'
import { errorOf } from '../../run/support.ts'
import { randomSource } from '../../support/random.ts'
import { engineChoices, engineFor } from './engines.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { planOf, replay } from './replayed.ts'
import { subjects } from './subjects.ts'

/** The same words with one changed, or other ones. */
function changed(words: TapeWords, index: number, by: (word: bigint) => bigint): TapeWords {
  const copy = words.slice()
  const mask = copy instanceof BigUint64Array ? 2n ** 64n - 1n : 2n ** 32n - 1n
  const word = by(BigInt(copy[index]!)) & mask
  copy[index] = (copy instanceof BigUint64Array ? word : Number(word)) as never
  return copy
}

const resized = (words: TapeWords, by: number): TapeWords => {
  const copy = new (words.constructor as Uint32ArrayConstructor)(words.length + by)
  copy.set((words as Uint32Array).subarray(0, copy.length))
  return copy
}

const withPiece = ({ pieces, end }: RecordedSegment, at: number, piece: Partial<Piece>): RecordedSegment => ({
  pieces: pieces.map((each, index) => (index === at ? { ...each, ...piece } : each)),
  end,
})

const withRegister = (x: BigUint64Array, number: number, value: bigint): BigUint64Array => {
  const copy = x.slice()
  copy[number] = value
  return copy
}

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const engine = await engineFor(xlen, compiler)
  const recordings = subjects(xlen)
    .filter(({ name }) => name !== 'fibonacci')
    .map(({ name, elf, ...options }) => {
      const instructions = lengthOf(standingAt(elf, options), 1e5)
      return { name, ...record(engine.set, standingAt(elf, options), { instructions, piece: 60 }) }
    })
  const { image, segment } = recordings.find(({ name }) => name === 'any instructions')!
  const replayed = (other: RecordedSegment) => replay(engine, image, other, { length: 16, threads: 2 })

  test('tapes that are too short or too long', async () => {
    for (const by of [-1, 1]) {
      const at = segment.pieces.findIndex(({ words }) => words.length > 0)
      const other = withPiece(segment, at, { words: resized(segment.pieces[at]!.words, by) })
      expect(await errorOf(replayed(other))).toMatchObject({ code: 'DIVERGED', details: { piece: at } })
    }
  })

  test('checkpoints of another state', async () => {
    const at = 2
    const { pc, x, instret } = segment.pieces[at]!
    const register = withPiece(segment, at, { x: withRegister(x, 9, x[9]! ^ 1n) })
    expect(await errorOf(replayed(register))).toMatchObject({
      code: 'DIVERGED',
      details: { piece: at - 1, cursor: 'register s1', instret },
    })
    const place = withPiece(segment, at, { pc: pc + 4 })
    expect(await errorOf(replayed(place))).toMatchObject({ code: 'DIVERGED', details: { cursor: 'the pc' } })
    for (const by of [-1, 1]) {
      const moved = withPiece(segment, at, { instret: instret + by })
      expect(await errorOf(replayed(moved))).toMatchObject({ code: 'DIVERGED' })
    }
    const elsewhere = withPiece(segment, at, { pc: 3 })
    expect(await errorOf(replayed(elsewhere))).toMatchObject({ code: 'DIVERGED' })
    const backwards = withPiece(segment, at, { instret: 0 })
    expect(await errorOf(replayed(backwards))).toMatchObject({ code: 'DIVERGED', details: { piece: 1 } })
    const longer = { ...segment, end: { ...segment.end, instret: segment.end.instret + 1 } }
    expect(await errorOf(replayed(longer))).toMatchObject({
      code: 'DIVERGED',
      message: expect.stringMatching(/the guest ends/) as string,
    })
  })

  test.each(recordings)('every word of the tape: $name', async ({ image: guest, segment: honest }) => {
    const { digest } = await replay(engine, guest, honest)
    const random = randomSource(xlen)
    const ends = { error: 0, other: 0 }
    const words = honest.pieces.flatMap((piece, at) => [...piece.words.keys()].map(index => [at, index] as const))
    for (const [at, index] of words.filter((_, place) => words.length < 100 || place % 4 === 0)) {
      const bit = 1n << BigInt(random(xlen))
      const other = withPiece(honest, at, { words: changed(honest.pieces[at]!.words, index, word => word ^ bit) })
      try {
        expect((await replay(engine, guest, other, { length: 7, threads: 2 })).digest).not.toBe(digest)
        ends.other++
      } catch (error) {
        expect(error).toBeInstanceOf(RvrError)
        expect((error as RvrError).code).toMatch(/^(DIVERGED|UNPROVABLE)$/)
        ends.error++
      }
    }
    // What a guest never looks at again may be anything: the tree of memory tells.
    expect(ends.error).toBeGreaterThan(0)
  })

  test('states and tapes at random', async () => {
    const random = randomSource(xlen + 1)
    const word = (): bigint => BigInt(random(2 ** 32)) << BigInt([0, 0, 8, 32][random(4)]!)
    for (let round = 0; round < 200; round++) {
      const at = random(segment.pieces.length)
      const piece = segment.pieces[at]!
      const { length } = segment.pieces
      const pick = segment.pieces[random(length)]!
      const x = piece.x.map((value, number) => (number > 0 && random(3) === 0 ? BigInt.asUintN(xlen, word()) : value))
      const words = piece.words.length === 0 ? piece.words : changed(piece.words, random(piece.words.length), word)
      const other = withPiece(segment, at, { x, pc: random(2) === 0 ? pick.pc : piece.pc, words })
      const error = await replayed(other).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect((error as RvrError | undefined)?.code).toMatch(/^(DIVERGED|UNPROVABLE)$/)
    }
  })

  test('fragments whose rows, times or places are others', async () => {
    using guest = new EngineGuest(engine, { image, abi: abiNamed('openvm') })
    const { fragments, rows } = await cut(guest, segment, { length: 20 })
    const plan = planOf(engine, rows)
    const filledWith = async (change: (fragment: Fragment, air: number) => Partial<Fragment>): Promise<RvrError> => {
      const honest = fragments.fragment(1)
      const air = honest.rows.findIndex(count => count > 0)
      const table = FragmentTable.of(engine.set, [{ ...honest, ...change(honest, air) }])
      return errorOf(fill(guest, table, { plan, cells: new Uint32Array(plan.cells) }))
    }
    const more = (by: number) => (fragment: Fragment, air: number) => ({
      rows: fragment.rows.map((count, index) => (index === air ? count + by : count)),
    })
    const diverged = { code: 'DIVERGED', details: { fragment: 0 } }
    expect(await filledWith(more(-1))).toMatchObject(diverged)
    expect(await filledWith(more(2 ** 40))).toMatchObject(diverged)
    expect(await filledWith(({ firstRows }) => ({ firstRows: firstRows.map(() => 2 ** 52) }))).toMatchObject(diverged)
    expect(await filledWith(({ ts }) => ({ ts: ts + 1 }))).toMatchObject(diverged)
    expect(await filledWith(() => ({ ts: 0 }))).toMatchObject(diverged)
    expect(await filledWith(() => ({ ts: 2 ** 40 }))).toMatchObject(diverged)
    expect(await filledWith(({ words }) => ({ words: resized(words, 1) }))).toMatchObject(diverged)
  })

  test('lists of touches that are none', async () => {
    using guest = new EngineGuest(engine, { image, abi: abiNamed('openvm') })
    const { fragments, rows } = await cut(guest, segment, { length: 20 })
    const plan = planOf(engine, rows)
    const cells = new Uint32Array(plan.cells)
    using filled = await fill(guest, fragments, { plan, cells })
    const random = randomSource(xlen + 2)
    for (let round = 0; round < 100; round++) {
      const list = filled.touches(1)
      const words = new Uint32Array(list.buffer)
      words[random(words.length)] = random(2 ** 32)
      const { lists } = filled
      const other = lists.slice()
      other.set(listsOf([list]), 2)
      const histogram = filled.histogram.slice()
      const ended = await stitch(guest, { lists: other, histogram, plan, cells: cells.slice() }).catch(
        (error: unknown) => error,
      )
      if (!(ended instanceof Uint8Array)) expect(ended).toMatchObject({ code: 'DIVERGED' })
    }
  })

  test('an engine that is asked to stop', async () => {
    using guest = new EngineGuest(engine, { image, abi: abiNamed('openvm') })
    await expect(cut(guest, segment, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(cut(guest, segment, { length: 0 })).rejects.toMatchObject({ code: 'USAGE' })
    const { fragments, rows } = await cut(guest, segment, { length: 20 })
    const plan = planOf(engine, rows)
    const cells = new Uint32Array(plan.cells)
    using filled = await fill(guest, fragments, { plan, cells })
    const { lists, histogram } = filled
    const given = cells.slice()
    const stitched = stitch(guest, { lists, histogram, plan, cells }, AbortSignal.abort())
    await expect(stitched).rejects.toMatchObject({ code: 'ABORTED' })
    // In C, too.
    const work = { touches: lists, count: lists.length / 2, matrices: placeRecords(plan), cells, histogram }
    const stopped = { out: new Uint8Array(), found: new BigUint64Array(1), cancel: Uint32Array.of(1) }
    expect(await engine.native.stitch({ ...work, ...stopped })).toBe(CANCELLED)
    expect(cells).toEqual(given)
    guest[Symbol.dispose]()
    await expect(cut(guest, segment)).rejects.toMatchObject({ code: 'DISPOSED' })
  })
})
