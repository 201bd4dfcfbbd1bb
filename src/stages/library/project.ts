/** Image → Program → Graph → Project: what happens when a guest's library is not there yet. */
import { setImmediate } from 'node:timers/promises'
import { lifted } from '../../program/lifted.ts'
import { conventionFor, vectorBytesOf } from '../../codegen/convention.ts'
import { generateFiles } from '../../codegen/generate.ts'
import type { Project, ProjectFile } from '../../codegen/project.ts'
import { tuningOf } from '../../codegen/tuning.ts'
import { throwIfAborted } from '../../errors.ts'
import { stage } from '../../events.ts'
import { callFiles } from '../../extensions/compose.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { definedSlots } from '../../program/slots.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { longestSpan } from '../../machine/interval.ts'
import { profileDigest } from '../../profile/counts.ts'
import { writeProject } from '../../toolchain/write-project.ts'
import { version } from '../../version.ts'
import type { Compilation } from './compilation.ts'
import type { BuildTiming } from './request.ts'
import { modeOptionsOf } from './stress.ts'

/** Code generation gives way to other work after so many milliseconds and the unit at hand. */
const LONGEST_STRETCH_MS = 20

/**
 * The C project of a request, also written to `request.emitDirectory` where there is one. `receive` gets its files as
 * they are written.
 *
 * @throws what `receive` throws; RvrError `ABORTED`.
 */
export async function generateProject(
  { request, toolchain, services: { events, options } }: Compilation,
  receive?: (files: readonly ProjectFile[]) => Promise<void>,
): Promise<{ project: Project; timing: BuildTiming }> {
  const { image, abi, mode, machine, profile } = request
  const decode = decoderFor(image.xlen, abi)
  const { value: graph, ms: liftMs } = await stage(events, 'lift', () => lifted(image, decode, longestSpan(machine)))
  const { program } = graph
  const identity = JSON.stringify({
    abiVersion: ABI_VERSION,
    rvr: version,
    mode: mode.name,
    modeOptions: modeOptionsOf(options),
    xlen: image.xlen,
    abi: abi.name,
    extensionsDigest: abi.digest,
    guestDigest: image.digest,
    machineDigest: machine.digest,
    targetDigest: toolchain.targetFacts?.digest ?? '',
    targetCpu: toolchain.targetCpu,
    cpuFeatures: toolchain.cpuFeatures,
    slots: program.instrs.length,
    base: program.base,
    definedSlots: definedSlots(image, decode),
    ...(profile !== undefined && { profileDigest: profileDigest(profile) }),
  })
  const convention = conventionFor(toolchain)
  const generated = await stage(events, 'codegen', () =>
    collect(
      generateFiles(graph, {
        mode,
        machine,
        convention,
        tuning: tuningOf(options.stress),
        vectorBytes: vectorBytesOf(convention, toolchain.cpuFeatures),
        identity,
        callFiles: callFiles(abi),
        units: request.units,
        ...(profile !== undefined && { profile: profile.stretches }),
      }),
      request.signal,
      receive,
    ),
  )
  if (request.emitDirectory !== undefined) await writeProject(request.emitDirectory, generated.value, request.signal)
  return { project: generated.value, timing: { liftMs, codegenMs: generated.ms } }
}

/** Goes through the files, and lets other work of this process in between two units. */
async function collect(
  files: Generator<ProjectFile, Project>,
  signal?: AbortSignal,
  receive?: (files: readonly ProjectFile[]) => Promise<void>,
): Promise<Project> {
  let batch: ProjectFile[] = []
  let begin = performance.now()
  for (;;) {
    const { value, done } = files.next()
    if (done !== true) batch.push(value)
    if (batch.length > 0 && (done === true || performance.now() - begin > LONGEST_STRETCH_MS)) {
      await receive?.(batch)
      await setImmediate()
      throwIfAborted('generating code', signal)
      batch = []
      begin = performance.now()
    }
    if (done === true) return value
  }
}
