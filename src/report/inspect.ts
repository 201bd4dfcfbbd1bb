/** Answers of `rvr inspect`: facts about a guest or a compiled library. */
import { createHash } from 'node:crypto'
import { parseElf } from '../elf/parse.ts'
import { segmentsJson } from './stages/image.ts'
import { grouped, hexText } from './form/units.ts'

interface Answer {
  readonly json: object
  readonly text: string
}

const ELF_MAGIC = 0x7f45_4c46
const ET_DYN = 3
const EM_RISCV = 243
const WIDTH = 16
const line = (name: string, value: string): string => `${name.padEnd(WIDTH)}${value}\n`

/** An ELF shared object for something else than RISC-V: what rvr compiles guests to. */
export function isSharedLibrary(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return (
    bytes.length >= 20 &&
    view.getUint32(0) === ELF_MAGIC &&
    view.getUint16(16, true) === ET_DYN &&
    view.getUint16(18, true) !== EM_RISCV
  )
}

/** @throws RvrError `ELF_INVALID` when it is no guest. */
export function inspectGuest(path: string, bytes: Uint8Array): Answer {
  const image = parseElf(bytes, path)
  const segments = segmentsJson(image)
  const functions = image.symbols.filter(symbol => symbol.kind === 'function').length
  const json = {
    kind: 'guest',
    path,
    bytes: bytes.length,
    isa: `rv${image.xlen}im`,
    xlen: image.xlen,
    entry: hexText(image.entry),
    end: hexText(image.end),
    segments,
    symbols: { total: image.symbols.length, functions },
    digest: image.digest,
  }
  return {
    json,
    text: [
      line('guest', `${path} (${grouped(bytes.length)} bytes)`),
      line('isa', json.isa),
      line('entry', json.entry),
      line('end', json.end),
      ...segments.map((segment, index) =>
        line(
          index === 0 ? 'segments' : '',
          `${segment.address} ${segment.access} ${grouped(segment.memorySize)} bytes, ${grouped(segment.fileSize)} from the file`,
        ),
      ),
      line('symbols', `${grouped(image.symbols.length)}, ${grouped(functions)} of them functions`),
      line('digest', image.digest),
    ].join(''),
  }
}

/** @throws RvrError `ARTIFACT_REFUSED` when rvr did not compile it. */
export async function inspectLibrary(path: string, bytes: Uint8Array): Promise<Answer> {
  const { identityOf } = await import('../load/identity.ts')
  const identity = identityOf(path, bytes)
  const digest = createHash('sha256').update(bytes).digest('hex')
  const rows = Object.entries(identity).map(([name, value]) =>
    line(
      name,
      Array.isArray(value) ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : String(value),
    ),
  )
  return {
    json: { kind: 'library', path, bytes: bytes.length, digest, identity },
    text: `${line('library', `${path} (${grouped(bytes.length)} bytes)`)}${rows.join('')}${line('digest', digest)}`,
  }
}
