/** Trace engines of the shipped machines, made once for all tests. */
import { afterAll, inject } from 'vitest'
import { shippedAirs, type LoadedAirs } from '../../../src/air/load.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { loadTraceEngine } from '../../../src/load/trace-engine.ts'
import { airsOf } from '../../../src/trace/system/airs.ts'
import { defaultMachine, type Machine } from '../../../src/machine/machine.ts'
import { createServices, prepareTraceEngine } from '../../../src/pipeline.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { testCompilers, type TestCompiler } from '../../support/operation.ts'
import { openSystem } from '../../../src/trace/native/open-system.ts'
import { bindCheck } from '../../../src/trace/check/native/library.ts'
import type { TraceEngine } from '../../../src/trace/native/engine.ts'

/** Each width with a compiler of its own; exhaustive: with all that are installed. */
export const engineChoices = ([32, 64] as const).flatMap((xlen, index) => {
  const compilers = testCompilers()
  const chosen = isExhaustive ? compilers : [compilers[index % compilers.length]!]
  return chosen.map(compiler => ({ name: `RV${xlen}, ${compiler.family}`, xlen, compiler }))
})

export const engineFor = (xlen: Xlen, compiler?: TestCompiler): Promise<TraceEngine> =>
  engineOf(defaultMachine(xlen), shippedAirs(xlen), compiler === undefined ? {} : { cc: compiler.command })

export async function engineOf(
  machine: Machine,
  set: LoadedAirs,
  options: { readonly cc?: string },
): Promise<TraceEngine> {
  const services = await createServices({ cacheDir: inject('sharedCache'), ...options }, () => {})
  afterAll(() => services.directories.removeAll())
  const request = {
    xlen: machine.xlen,
    abi: abiNamed('openvm'),
    machine,
    airs: { digest: set.digest, set: () => set, own: airsOf },
  }
  const { opened } = await prepareTraceEngine(request, services)
  const native = loadTraceEngine(opened)
  return { set, native, system: openSystem(native.functions, set), check: bindCheck(native.functions) }
}
