/** The trace engine of a machine, ready to be called. */
import type { LoadedAirs } from '../../air/load.ts'
import { loadTraceEngine } from '../../load/trace-engine.ts'
import { prepareTraceEngine, type PipelineServices } from '../../pipeline.ts'
import type { GuestKind } from '../../stages/kind/making.ts'
import { bindCheck } from '../../trace/check/native/library.ts'
import type { TraceEngine } from '../../trace/native/engine.ts'
import { openSystem } from '../../trace/native/open-system.ts'
import { airsOf } from '../../trace/system/airs.ts'

/** @throws RvrError `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `MACHINE_INVALID`, `ABORTED`, `IO` */
export async function openTraceEngine(
  { set, ...kind }: GuestKind & { readonly set: LoadedAirs },
  services: PipelineServices,
): Promise<TraceEngine> {
  const airs = { digest: set.digest, set: () => set, own: airsOf }
  const { opened } = await prepareTraceEngine({ ...kind, airs }, services)
  const native = loadTraceEngine(opened)
  return { set, native, system: openSystem(native.functions, set), check: bindCheck(native.functions) }
}
