/** Class 17 of mutations: files of 4 GiB and more that have no bytes but those that an archive begins with. */
import { truncate, writeFile } from 'node:fs/promises'
import { tableEnd } from '../../../src/archive/frame.ts'
import { contents } from '../../../src/archive/kinds.ts'
import type { Sample } from './mutation.ts'

const GiB = 2 ** 30

export interface SparseFile {
  readonly name: string
  readonly length: number
  /** Where a reader has to stop. */
  readonly layer: number
  readonly what: string
  write(path: string): Promise<void>
}

/** A file that begins as the sample, and says itself that it is so long. */
function sparse(
  sample: Sample,
  { name, length, layer, what }: Omit<SparseFile, 'write'>,
  edit: (view: DataView) => void = () => {},
): SparseFile {
  const write = async (path: string): Promise<void> => {
    const head = sample.bytes.slice(0, Math.max(tableEnd(contents[sample.content].sections.length), 512))
    const view = new DataView(head.buffer)
    view.setBigUint64(16, BigInt(length), true)
    edit(view)
    await writeFile(path, head)
    await truncate(path, length)
  }
  return { name, length, layer, what, write }
}

export function sparseFiles(sample: Sample): readonly SparseFile[] {
  const { size } = contents[sample.content].sections[0]!
  const entry = (field: number, value: bigint) => (view: DataView) => view.setBigUint64(64 + field, value, true)
  const whole = { length: 4 * GiB, layer: 2 }
  return [
    sparse(sample, { name: 'longer', length: 4 * GiB + 64, layer: 0, what: 'length' }),
    sparse(sample, { name: 'far longer', length: 2 ** 42, layer: 0, what: 'length' }),
    sparse(sample, { ...whole, name: 'end', what: 'end' }),
    sparse(sample, { ...whole, name: 'count', what: 'count' }, entry(16, BigInt((4 * GiB) / size + 1))),
    sparse(sample, { ...whole, name: 'wrapping count', what: 'count' }, entry(16, 2n ** 64n / BigInt(size) + 1n)),
    sparse(sample, { ...whole, name: 'offset', what: 'offset' }, entry(8, BigInt(4 * GiB))),
    // There are so many, and then there is no room for the others.
    sparse(sample, { ...whole, name: 'all of it', what: 'offset' }, entry(16, BigInt((3 * GiB) / size))),
  ]
}
