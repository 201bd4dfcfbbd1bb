/** `rvr emit --stage image`: the parsed guest. */
import { hexText } from '../../hex.ts'
import type { Image } from '../../elf/image.ts'
import { readableNames } from '../../elf/symbols.ts'

/** Segments as JSON; bytes are left out. */
export const segmentsJson = ({ segments }: Image) =>
  segments.map(segment => ({
    address: hexText(segment.address),
    fileSize: segment.bytes.length,
    memorySize: segment.memorySize,
    access: `${segment.readable ? 'r' : '-'}${segment.writable ? 'w' : '-'}${segment.executable ? 'x' : '-'}`,
  }))

/** The image as a JSON object; bytes are left out. */
export function imageJson(image: Image) {
  const readable = readableNames(image).all(image.symbols.map(({ name }) => name))
  return {
    stage: 'image',
    xlen: image.xlen,
    entry: hexText(image.entry),
    end: hexText(image.end),
    digest: image.digest,
    segments: segmentsJson(image),
    symbols: image.symbols.map(({ name, address, size, kind }, index) => ({
      name,
      readable: readable[index] === name ? undefined : readable[index],
      address: hexText(address),
      size,
      kind,
    })),
  }
}

/** The same, one segment or symbol per line. */
export function imageText(image: Image): string {
  const { segments, symbols, ...rest } = imageJson(image)
  const list = (items: readonly object[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map(item => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
  const scalars = Object.entries(rest).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`)
  return `{\n${scalars.join('')}  "segments": ${list(segments)},\n  "symbols": ${list(symbols)}\n}\n`
}
