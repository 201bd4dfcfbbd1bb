/** The stage that makes a native interpreter: instruction rows → project → library, shared by all guests. */
import { conventionFor, vectorBytesOf } from '../../codegen/convention.ts'
import { callFiles } from '../../extensions/compose.ts'
import { kindStage, rowsOfKind } from '../kind/stage.ts'
import { modesOf, type InterpreterRequest } from './making.ts'

export const interpreter = kindStage<InterpreterRequest>({
  name: 'interpreter',
  what: 'native interpreter',

  async project({ request, toolchain }, identity) {
    const { interpreterProject } = await import('../../codegen/interpreter/project.ts')
    const { xlen, abi, machine } = request
    const convention = conventionFor(toolchain)
    return interpreterProject({
      xlen,
      memory: abi.memory,
      rows: rowsOfKind(request),
      slotBytes: abi.slotBytes,
      machine,
      modes: modesOf(request),
      convention,
      vectorBytes: vectorBytesOf(convention, toolchain.cpuFeatures),
      identity,
      callFiles: callFiles(abi),
    })
  },
})
