/** The stage that makes a trace engine: instruction rows × AIRs → project → library, shared by all guests. */
import { conventionFor } from '../../codegen/convention.ts'
import { kindStage, rowsOfKind } from '../kind/stage.ts'
import type { TraceEngineRequest } from './making.ts'

export const traceEngine = kindStage<TraceEngineRequest>({
  name: 'trace-engine',
  what: 'trace engine',

  async project({ request, toolchain }, identity) {
    const { traceEngineProject } = await import('../../codegen/replay/project.ts')
    const { xlen, airs } = request
    const { systemFiles } = await import('../../codegen/system/files.ts')
    const { checkFiles } = await import('../../codegen/check/project.ts')
    const set = airs.set()
    return traceEngineProject({
      xlen,
      rows: rowsOfKind(request),
      set,
      convention: conventionFor(toolchain),
      identity,
      files: [...systemFiles(set, airs.own(set), xlen), ...checkFiles(set)],
    })
  },
})
