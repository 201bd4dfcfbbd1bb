/** `-o` and `--recording` of `rvr trace`: where each segment is written. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Option } from 'commander'
import { RvrError } from '../../errors.ts'
import { checkOutput } from '../../files/write.ts'
import type { SegmentTrace } from '../../sdk/traced.ts'
import { notEmpty, option, valued } from './declare.ts'

export interface TraceOutputOptions {
  readonly output?: string
  readonly recording?: boolean
}

export const traceOutputOptions = (): Option[] => [
  valued(
    '-o, --output <path>',
    "write tables: one segment's to this file, those of several to K.segment in this directory",
    notEmpty,
  ),
  option(
    '--recording',
    'with -o: write what the tables are filled from instead, which is small (K.fragments); --from fills it',
  ),
]

/** Writes a segment, and tells the file's absolute path. */
export type WriteSegment = (trace: SegmentTrace, signal: AbortSignal) => Promise<string>

const isDirectory = async (path: string): Promise<boolean | undefined> =>
  stat(path).then(
    stats => stats.isDirectory(),
    () => undefined,
  )

/**
 * Undefined where nothing is to be written. Asked before any work whose result goes there.
 *
 * @param isOne there will be one segment
 * @throws RvrError `USAGE`, `IO`
 */
export async function traceOutput(
  { output, recording = false }: TraceOutputOptions,
  isOne: boolean,
): Promise<WriteSegment | undefined> {
  if (output === undefined) {
    if (!recording) return undefined
    throw new RvrError('USAGE', '--recording needs a place', { hint: 'Add -o DIR, or -o FILE for one segment.' })
  }
  const isThere = await isDirectory(output)
  const isFile = isOne && isThere !== true && !output.endsWith('/')
  if (!isFile && isThere === false)
    throw new RvrError('USAGE', `${resolve(output)} is no directory, and a run may have several segments`, {
      hint: 'Name a directory, or choose one segment with --segment.',
    })
  const fileOf = (index: number): string =>
    isFile ? output : join(output, `${index}.${recording ? 'fragments' : 'segment'}`)
  await checkOutput(fileOf(0))
  return (trace, signal) => {
    const file = fileOf(trace.index)
    return recording ? trace.saveRecording(file, { signal }) : trace.save(file, { signal })
  }
}
