/** One trace engine: for which guests it is, and whose tables it fills. */
import type { AirSet } from '../../air/air.ts'
import type { OwnAirs } from '../../codegen/system/files.ts'
import type { PipelineServices } from '../library/request.ts'
import { KindMaking, type GuestKind } from '../kind/making.ts'

export interface TraceEngineRequest extends GuestKind {
  readonly airs: {
    /** Of all that they follow from, rules for rows included. */
    readonly digest: string
    /** Asked for only where the engine has to be made. */
    set(): AirSet
    /** Which of them are the machine's own. */
    own(set: AirSet): OwnAirs
  }
}

/** What stands where a guest's own library has its mode. */
const MODE = 'trace'

/** @throws RvrError `TOOLCHAIN_MISSING`, `USAGE`, `ABORTED`. */
export const beginTraceEngine = (
  request: TraceEngineRequest,
  services: PipelineServices,
): Promise<KindMaking<TraceEngineRequest>> =>
  KindMaking.begin({ mode: () => MODE, inputs: ({ airs }) => ({ airs: airs.digest }) }, request, services)
