/** Image → Graph → Project in a directory: what happens when a guest's library is not there yet. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { generateFiles } from '../../../codegen/generate.ts'
import type { Project, ProjectFile } from '../../../codegen/project.ts'
import type { Image } from '../../../elf/image.ts'
import { throwIfAborted } from '../../../errors.ts'
import { stage } from '../../../events.ts'
import type { GuestAbi } from '../../../extensions/abi.ts'
import { callFiles, decoderFor } from '../../../extensions/compose.ts'
import { longestSpan } from '../../../machine/interval.ts'
import type { Mode } from '../../../modes/mode.ts'
import { graphsBuilt, lifted } from '../../../program/lifted.ts'
import type { Graph } from '../../../program/program.ts'
import { definedSlots } from '../../../program/slots.ts'
import { writeProject } from '../../../toolchain/write-project.ts'
import { write, writtenFile } from '../../make/written.ts'
import type { Generated, GenerationListener, GenerationOrder } from './order.ts'

/** Other work of the thread gets its turn after so many milliseconds and the unit at hand. */
const LONGEST_STRETCH_MS = 20

/** What an order names by plain data. */
export interface GenerationSubject {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode
}

/**
 * Writes the project of an order.
 *
 * @throws what `receive` throws; RvrError `ABORTED`, `IO`, `CONFIG_INVALID`.
 */
export async function generateInto(
  order: GenerationOrder,
  { image, abi, mode }: GenerationSubject,
  { events, receive, signal }: GenerationListener,
): Promise<Generated & { readonly graph: Graph }> {
  const { machine, convention, tuning, vectorBytes, units, profile, directory, emitDirectory } = order
  const decode = decoderFor(image.xlen, abi)
  const { value: graph, ms: liftMs } = await stage(events, 'lift', () => lifted(image, decode, longestSpan(machine)))
  await nextTurn()
  throwIfAborted('generating code', signal)
  const { instrs, base } = graph.program
  const filled = { ...order.identity, slots: instrs.length, base, definedSlots: definedSlots(image, decode) }
  const put = async (files: readonly ProjectFile[]): Promise<void> =>
    receive(directory === undefined ? files.map(writtenFile) : await write(directory, files))
  const { value: project, ms: codegenMs } = await stage(events, 'codegen', () => {
    const identity = JSON.stringify(filled)
    const given = { mode, machine, convention, tuning, vectorBytes, units, profile }
    return inTurns(generateFiles(graph, { ...given, identity, callFiles: callFiles(abi) }), put, signal)
  })
  if (emitDirectory !== undefined) await writeProject(emitDirectory, project, signal)
  return { units: project.units, liftMs, codegenMs, lifts: graphsBuilt(), graph }
}

/** Goes through the files, and lets other work of this thread in between two units. */
async function inTurns(
  files: Generator<ProjectFile, Project>,
  put: (files: readonly ProjectFile[]) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Project> {
  let batch: ProjectFile[] = []
  let begin = performance.now()
  for (;;) {
    const { value, done } = files.next()
    if (done !== true) batch.push(value)
    if (batch.length > 0 && (done === true || performance.now() - begin > LONGEST_STRETCH_MS)) {
      await put(batch)
      await nextTurn()
      throwIfAborted('generating code', signal)
      batch = []
      begin = performance.now()
    }
    if (done === true) return value
  }
}
