/** The C project of a compilation, where make finds it, and where its user wants to see it. */
import { forCounting } from '../../machine/specialise.ts'
import { conventionFor, vectorBytesOf } from '../../codegen/convention.ts'
import { tuningOf } from '../../codegen/tuning.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { choiceOf } from '../../modes/registry.ts'
import { profileDigest } from '../../profile/counts.ts'
import { version } from '../../version.ts'
import type { WrittenFile, WrittenProject } from '../make/written.ts'
import type { Compilation } from './compilation.ts'
import { instructionsDigest } from './generator/instructions-digest.ts'
import type { GenerationOrder } from './generator/order.ts'
import type { BuildTiming } from './request.ts'
import { modeOptionsOf } from './stress.ts'

/** Where the project goes to be compiled. */
export interface ProjectDestination {
  readonly directory: string
  /** Gets the files as soon as they are there. */
  receive(files: readonly WrittenFile[]): Promise<void>
}

/**
 * Generates the project of a compilation, also into `request.emitDirectory` where there is one.
 *
 * @throws what `receive` throws; RvrError `ABORTED`, `IO`, `CONFIG_INVALID`, `WORKER_FAILED`.
 */
export async function generateProject(
  compilation: Compilation,
  destination?: ProjectDestination,
): Promise<{ project: WrittenProject; timing: BuildTiming }> {
  const { request, signal, services } = compilation
  const files: WrittenFile[] = []
  const { units, liftMs, codegenMs } = await services.generators.generate(
    orderOf(compilation, destination?.directory),
    request,
    {
      events: services.events,
      signal,
      async receive(written) {
        for (const file of written) files.push(file)
        await destination?.receive(written)
      },
    },
  )
  return { project: { files, units }, timing: { liftMs, codegenMs } }
}

/** What the generator is asked for. */
export function orderOf({ request, toolchain, services }: Compilation, directory: string | undefined): GenerationOrder {
  const { image, abi, mode, machine, profile, units, emitDirectory } = request
  const { options } = services
  const convention = conventionFor(toolchain)
  return {
    guest: image.digest,
    memory: image.memory,
    abi: abi.choice,
    instructions: instructionsDigest(abi),
    mode: choiceOf(mode),
    machine: forCounting(machine),
    convention,
    tuning: tuningOf(options.stress),
    vectorBytes: vectorBytesOf(convention, toolchain.cpuFeatures),
    units,
    profile: profile?.stretches,
    identity: {
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
      slots: 0,
      base: 0,
      definedSlots: 0,
      profileDigest: profile && profileDigest(profile),
    },
    directory,
    emitDirectory,
  }
}
