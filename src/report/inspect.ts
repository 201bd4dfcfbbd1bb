/** Answers of `rvr inspect`: facts about a guest or a compiled library. */
import { hexText } from '../hex.ts'
import { createHash } from 'node:crypto'
import { parseElf } from '../elf/parse.ts'
import type { Answer } from './answer.ts'
import { line } from './form/table.ts'
import { segmentsJson } from './stages/image.ts'
import { grouped } from './form/units.ts'

const ELF_MAGIC = 0x7f45_4c46
const ET_DYN = 3
const EM_RISCV = 243

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
  const segmentText = ({ address, access, memorySize, fileSize }: (typeof segments)[number]): string =>
    `${address} ${access} ${grouped(memorySize)} bytes, ${grouped(fileSize)} from the file`
  const text = [
    line('guest', `${path} (${grouped(bytes.length)} bytes)`),
    line('isa', json.isa),
    line('entry', json.entry),
    line('end', json.end),
    ...segments.map((segment, index) => line(index === 0 ? 'segments' : '', segmentText(segment))),
    line('symbols', `${grouped(image.symbols.length)}, ${grouped(functions)} of them functions`),
    line('digest', image.digest),
  ].join('')
  return { json, text }
}

function fieldText(value: unknown): string {
  if (Array.isArray(value)) return value.join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** @throws RvrError `ARTIFACT_REFUSED` when rvr did not compile it. */
export async function inspectLibrary(path: string, bytes: Uint8Array): Promise<Answer> {
  const { identityOf } = await import('../load/identity.ts')
  const identity = identityOf(path, bytes)
  const digest = createHash('sha256').update(bytes).digest('hex')
  const text = [
    line('library', `${path} (${grouped(bytes.length)} bytes)`),
    ...Object.entries(identity).map(([name, value]) => line(name, fieldText(value))),
    line('digest', digest),
  ].join('')
  return { json: { kind: 'library', path, bytes: bytes.length, digest, identity }, text }
}
