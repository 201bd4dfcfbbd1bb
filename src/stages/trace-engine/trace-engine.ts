/** The stage that makes a trace engine: instruction rows × AIRs → project → library, for all guests of a machine. */
import { conventionFor } from '../../codegen/convention.ts'
import { kindStage, rowsOfKind } from '../kind/stage.ts'
import type { TraceEngineRequest } from './making.ts'

export const traceEngine = kindStage<TraceEngineRequest>({
  name: 'trace-engine',
  what: 'trace engine',

  async project({ request, toolchain }, identity) {
    const { traceEngineProject } = await import('../../codegen/replay/project.ts')
    const { xlen, airs } = request
    const convention = conventionFor(toolchain)
    return traceEngineProject({ xlen, rows: rowsOfKind(request), set: airs.set(), convention, identity })
  },
})
