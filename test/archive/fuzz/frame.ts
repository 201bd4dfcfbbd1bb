/** Classes 1 to 7, 10, 12 and 15 of mutations: what the frame, its padding and the digest show. */
import { ENTRY_BYTES, HEADER_BYTES, tableEnd } from '../../../src/archive/frame.ts'
import { contents, type ContentName } from '../../../src/archive/kinds.ts'
import { edited, sectionsOf, withTotal, type Mutation, type Sample } from './mutation.ts'

const U64 = 2n ** 64n

/** Every sixteenth byte, every edge of a section, and one more and less. */
function cuts(sample: Sample): number[] {
  const { bytes } = sample
  const edges = sectionsOf(sample).flatMap(({ offset, count, size }) => [offset, offset + count * size])
  const all = [...edges, HEADER_BYTES, ...Array.from({ length: Math.ceil(bytes.length / 16) }, (_, at) => 16 * at)]
  const near = all.flatMap(at => [at - 1, at, at + 1])
  return [...new Set(near)].filter(at => at >= 0 && at < bytes.length)
}

/** 1 and 2. */
function* truncated(sample: Sample): Generator<Mutation> {
  for (const at of cuts(sample)) {
    const cut = (): Uint8Array => sample.bytes.slice(0, at)
    yield { class: 1, name: `cut to ${at}`, bytes: cut }
    yield { class: 2, name: `cut to ${at}, and the total`, bytes: () => withTotal(cut()) }
  }
}

/** 3. */
function* longer({ bytes }: Sample): Generator<Mutation> {
  for (const more of [1, 16, 64, 4096]) {
    for (const fill of [0, 255]) {
      const all = new Uint8Array(bytes.length + more).fill(fill)
      all.set(bytes)
      const name = `${more} bytes of ${fill} behind the end`
      yield { class: 3, name, bytes: () => all }
      yield { class: 3, name: `${name}, and the total`, bytes: () => withTotal(all) }
    }
  }
}

/** 4 and 7: bits of header and table, bytes of the rest, padding among them. */
function* flipped(sample: Sample): Generator<Mutation> {
  const { content, bytes } = sample
  const sections = sectionsOf(sample)
  const head = tableEnd(sections.length)
  for (let at = 0; at < head; at++)
    for (let bit = 0; bit < 8; bit++) {
      const changed = (): Uint8Array => edited(bytes, (_, all) => (all[at]! ^= 1 << bit))
      // A count that grows into its own padding.
      const isCount =
        at >= HEADER_BYTES && (at - HEADER_BYTES) % ENTRY_BYTES >= 16 && (at - HEADER_BYTES) % ENTRY_BYTES < 24
      yield { class: 4, name: `bit ${bit} of byte ${at}`, bytes: changed, mayPass: content === 'proof' && isCount }
    }
  const inSection = (at: number): boolean =>
    sections.some(({ offset, count, size }) => at >= offset && at < offset + count * size)
  for (let at = head; at < bytes.length; at++) {
    const isContent = inSection(at)
    yield {
      class: isContent ? 4 : 7,
      name: `byte ${at}`,
      bytes: () => edited(bytes, (_, all) => (all[at]! ^= 1 + (at % 255))),
      mayPass: content === 'proof' && isContent,
    }
  }
}

/** 5, with the numbers whose products wrap (15). */
function* fields({ content, bytes }: Sample): Generator<Mutation> {
  const values = (now: bigint): bigint[] => {
    const near = [1n, -1n, 64n, -64n].map(by => BigInt.asUintN(64, now + by))
    const powers = [31n, 32n, 53n, 58n, 59n, 60n, 61n, 62n, 63n].flatMap(power => [2n ** power, 2n ** power + now])
    return [0n, 1n, ...near, ...powers, U64 - 1n, U64 - now, U64 - 64n].map(value => BigInt.asUintN(64, value))
  }
  const inHeader = [8, 12, 16, 24, 28].map(at => ({ at, isLong: at === 16 }))
  const inTable = contents[content].sections.flatMap((_, index) =>
    [0, 4, 8, 16, 24].map(at => ({ at: tableEnd(index) + at, isLong: at >= 8, isCount: at === 16 })),
  )
  for (const { at, isLong, isCount } of [...inHeader.map(each => ({ ...each, isCount: false })), ...inTable]) {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const now = isLong ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true))
    for (const value of new Set(values(now))) {
      const cut = isLong ? value : BigInt.asUintN(32, value)
      if (cut === now) continue
      yield {
        class: 5,
        name: `field at ${at} is ${cut}`,
        bytes: () =>
          edited(bytes, to => (isLong ? to.setBigUint64(at, cut, true) : to.setUint32(at, Number(cut), true))),
        mayPass: content === 'proof' && isCount,
      }
    }
  }
}

/** 6. */
function* entries({ content, bytes }: Sample): Generator<Mutation> {
  const { length } = contents[content].sections
  const entry = (index: number): Uint8Array => bytes.slice(tableEnd(index), tableEnd(index + 1))
  const arranged = (order: readonly number[]): Uint8Array =>
    edited(bytes, (view, all) => {
      for (const [place, index] of order.entries()) all.set(entry(index), tableEnd(place))
      view.setUint32(24, order.length, true)
    })
  const all = Array.from({ length }, (_, index) => index)
  for (let index = 0; index < length; index++) {
    if (index + 1 < length) {
      const swapped = all.with(index, index + 1).with(index + 1, index)
      yield { class: 6, name: `entry ${index} and the next swapped`, bytes: () => arranged(swapped) }
      yield { class: 6, name: `entry ${index} twice`, bytes: () => arranged(all.with(index + 1, index)) }
    }
    yield { class: 6, name: `no entry ${index}`, bytes: () => arranged(all.toSpliced(index, 1)) }
  }
  yield { class: 6, name: 'entries backwards', bytes: () => arranged(all.toReversed()) }
}

/** 10, the digest as it was. */
function* swapped(sample: Sample): Generator<Mutation> {
  const { content, bytes } = sample
  for (const { kind, offset, count, size } of sectionsOf(sample)) {
    for (let index = 0; index + 1 < count; index++) {
      const [first, second] = [0, 1].map(by =>
        bytes.slice(offset + (index + by) * size, offset + (index + by + 1) * size),
      )
      if (Buffer.compare(first!, second!) === 0) continue
      const changed = (): Uint8Array =>
        edited(bytes, (_, all) => {
          all.set(second!, offset + index * size)
          all.set(first!, offset + (index + 1) * size)
        })
      const name = `elements ${index} and the next of 0x${kind.toString(16)}`
      yield { class: 10, name, bytes: changed, mayPass: content === 'proof' }
    }
  }
}

/** 12 and 15. */
function* confused({ content, bytes }: Sample): Generator<Mutation> {
  const word = (at: number, value: number) => () => edited(bytes, view => view.setUint32(at, value, true))
  for (const name of Object.keys(contents) as ContentName[])
    if (name !== content) yield { class: 12, name: `as ${name}`, bytes: word(12, contents[name].kind) }
  for (const version of [0, 2, 2 ** 32 - 1]) yield { class: 12, name: `version ${version}`, bytes: word(8, version) }
  yield { class: 15, name: '2^32 − 1 sections', bytes: word(24, 2 ** 32 - 1) }
}

/** Those that the container itself has to refuse, but for a proof's content (`mayPass`). */
export function* mutationsOf(sample: Sample): Generator<Mutation> {
  yield* truncated(sample)
  yield* longer(sample)
  yield* flipped(sample)
  yield* fields(sample)
  yield* entries(sample)
  yield* swapped(sample)
  yield* confused(sample)
}

/** Several things at once, anywhere. */
export function randomChange({ content, bytes }: Sample, random: (bound: number) => number): Uint8Array {
  const length = random(8) === 0 ? random(bytes.length + 200) : bytes.length
  const changed = new Uint8Array(length)
  changed.set(bytes.subarray(0, length))
  const view = new DataView(changed.buffer)
  for (let change = 0; change <= random(3); change++) {
    const isInHead = random(2) === 0
    const at = random(Math.min(length, isInHead ? tableEnd(contents[content].sections.length) : length))
    if (at >= length) continue
    if (random(2) === 0 || at + 8 > length) changed[at] = random(256)
    else view.setBigUint64(at & ~7, (1n << BigInt(random(64))) + BigInt(random(3) - 1), true)
  }
  return random(2) === 0 ? withTotal(changed) : changed
}
