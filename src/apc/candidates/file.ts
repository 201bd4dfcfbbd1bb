/** Candidates as a file: lines of JSON in gzip, the list and then each one's system, which is read when asked for. */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import * as v from 'valibot'
import { messageOf, RvrError } from '../../errors.ts'
import type { SystemBus } from '../../air/system-buses.ts'
import type { System } from '../../air/system.ts'
import type { Candidates, WrittenCandidates } from './candidates.ts'
import { readSystem } from '../../air/written-system.ts'

const FORMAT = 'rvr apc candidates'
const VERSION = 1
/** Of all lines together. */
const MAX_BYTES = 1 << 30
const MAX_CANDIDATES = 1 << 20
const MAX_INSTRUCTIONS = 1 << 16
const LINE_FEED = 10

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Size = v.strictObject({ columns: natural, interactions: natural, constraints: natural })
const Block = v.strictObject({
  start: natural,
  instructions: v.pipe(v.array(v.pipe(v.array(natural), v.length(8))), v.maxLength(MAX_INSTRUCTIONS)),
})
const Candidate = v.strictObject({
  blocks: v.pipe(v.array(Block), v.minLength(1)),
  executions: natural,
  costBefore: natural,
  costAfter: natural,
  before: Size,
  after: Size,
})
const Head = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  guest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  pgo: v.picklist(['none', 'instruction', 'cell']),
  counts: v.strictObject({
    blocks: natural,
    executed: natural,
    belowCutoff: natural,
    tooLong: natural,
    eligible: natural,
    built: natural,
    passedOver: natural,
  }),
  ranked: v.pipe(v.array(Candidate), v.maxLength(MAX_CANDIDATES)),
  failed: v.array(v.strictObject({ starts: v.array(natural), code: v.string(), message: v.string() })),
})

/** Candidates that were read. */
export interface CandidatesFile {
  readonly candidates: Candidates
  /** The text of one's system, as it was written. */
  systemText(index: number): string
  /** @throws RvrError `ARTIFACT_REFUSED` */
  system(index: number): System
}

export async function packedCandidates({ candidates, systems }: WrittenCandidates): Promise<Uint8Array> {
  const head = JSON.stringify({ format: FORMAT, version: VERSION, ...candidates })
  return promisify(gzip)(Buffer.concat([head, ...systems].map(line => Buffer.from(`${line}\n`))))
}

const refused = (reason: string, cause?: unknown): RvrError =>
  new RvrError('ARTIFACT_REFUSED', `these are no candidates for autoprecompiles: ${reason}`, {
    hint: 'Generate them anew.',
    cause,
  })

/**
 * @param buses of the machine that they were generated for
 * @throws RvrError `ARTIFACT_REFUSED`
 */
export async function readCandidates(bytes: Uint8Array, buses: readonly SystemBus[]): Promise<CandidatesFile> {
  let text: Buffer
  try {
    text = await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES })
  } catch (cause) {
    throw refused(messageOf(cause), cause)
  }
  const lines = linesOf(text)
  const { format: _format, version: _version, ...candidates } = headOf(lines[0])
  if (lines.length !== candidates.ranked.length + 1) throw refused('their number is another one')
  const systemText = (index: number): string => lines[index + 1]!.toString()
  return {
    candidates: candidates as Candidates,
    systemText,
    system(index) {
      try {
        return readSystem(JSON.parse(systemText(index)), buses)
      } catch (cause) {
        throw refused(messageOf(cause), cause)
      }
    },
  }
}

function headOf(line: Buffer | undefined): v.InferOutput<typeof Head> {
  try {
    return v.parse(Head, JSON.parse((line ?? '').toString()))
  } catch (cause) {
    throw refused(messageOf(cause), cause)
  }
}

function linesOf(text: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(LINE_FEED, start)
    if (end < 0) throw refused('the last line has no end')
    lines.push(text.subarray(start, end))
    start = end + 1
  }
  return lines
}
