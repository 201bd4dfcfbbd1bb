/** Image → Program → Graph → Project: what happens when a guest's library is not there yet. */
import { buildGraph } from '../cfg/graph.ts'
import { lift } from '../cfg/lift.ts'
import { conventionFor } from '../codegen/convention.ts'
import { generate } from '../codegen/generate.ts'
import type { Project } from '../codegen/project.ts'
import { tuningOf } from '../codegen/tuning.ts'
import { stage } from '../events.ts'
import { callFiles } from '../extensions/compose.ts'
import { decoderFor } from '../extensions/registry.ts'
import { definedSlots } from '../interp/slots.ts'
import { ABI_VERSION } from '../load/abi-version.ts'
import { longestBlock } from '../machine/interval.ts'
import type { BuildRequest, BuildTiming, PipelineServices } from '../pipeline.ts'
import { profileDigest } from '../profile/counts.ts'
import type { Toolchain } from '../toolchain/toolchain.ts'
import { writeProject } from '../toolchain/write-project.ts'
import { version } from '../version.ts'
import { modeOptionsOf } from './inputs.ts'

/** The C project of a request, also written to `request.emitDirectory` where there is one. */
export async function generateProject(request: BuildRequest, toolchain: Toolchain, { events, options }: PipelineServices): Promise<{ project: Project; timing: BuildTiming }> {
  const { image, abi, mode, machine, profile } = request
  const lifted = await stage(events, 'lift', () => buildGraph(lift(image, decoderFor(image.xlen, abi)), longestBlock(machine)))
  const { program } = lifted.value
  const identity = JSON.stringify({
    abiVersion: ABI_VERSION, rvr: version, mode: mode.name, modeOptions: modeOptionsOf(options), xlen: image.xlen, abi: abi.name, extensionsDigest: abi.digest, guestDigest: image.digest, machineDigest: machine.digest,
    targetDigest: toolchain.targetFacts?.digest ?? '', targetCpu: toolchain.targetCpu, cpuFeatures: toolchain.cpuFeatures, slots: program.instrs.length, base: program.base,
    definedSlots: definedSlots(image, decoderFor(image.xlen, abi)), ...(profile !== undefined && { profileDigest: profileDigest(profile) }),
  })
  const generated = await stage(events, 'codegen', () => generate(lifted.value, {
    mode, machine, convention: conventionFor(toolchain), tuning: tuningOf(options.stress), vectorBytes: toolchain.cpuFeatures.includes('avx2') ? 32 : 16, identity, callFiles: callFiles(abi),
    units: request.units, ...(profile !== undefined && { profile: profile.stretches }),
  }))
  if (request.emitDirectory !== undefined) await writeProject(request.emitDirectory, generated.value)
  return { project: generated.value, timing: { liftMs: lifted.ms, codegenMs: generated.ms } }
}
