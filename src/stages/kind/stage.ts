/** The stage that makes a native interpreter: instruction rows → project → library, shared by all guests. */
import { conventionFor, vectorBytesOf } from '../../codegen/convention.ts'
import type { LibraryFile } from '../../load/library-file.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { checkIdentity, openLibrary } from '../../load/identity.ts'
import type { Project } from '../../codegen/project.ts'
import { isAborted } from '../../errors.ts'
import { noEvents, stage as timed } from '../../events.ts'
import { callFiles } from '../../extensions/compose.ts'
import { checkIncludes } from '../../toolchain/includes.ts'
import { version } from '../../version.ts'
import { partsOf } from '../key.ts'
import { copyWarning } from '../library/open.ts'
import { contextParts, type LibraryKind, type Origin } from '../library/parts.ts'
import { Build } from '../make/build.ts'
import { write } from '../make/written.ts'
import type { Stage } from '../stage.ts'
import { keyOf } from '../obtain.ts'
import { InterpreterMaking, modesText } from './making.ts'
import { interpreterParts } from './parts.ts'

/** What stands in the place of a guest's digest. */
const ANY_GUEST = ''

export const interpreter: Stage<InterpreterMaking, Origin, LibraryFile, undefined, LibraryKind> = {
  name: 'interpreter',
  file: 'guest.so',
  parts: interpreterParts,
  inputs: ({ inputs }) => inputs,

  title: ({ abi, xlen }) => `native interpreter for RV${xlen} guests of ABI ${abi}`,

  async details({ request: { machine, abi }, toolchain }) {
    return (await import('../library/details.ts')).keyDetails({ toolchain, machine, extensions: abi.extensions })
  },

  async make(making, directory) {
    const { request, toolchain, inputs, makeArguments, signal, services } = making
    const { cache, slots, events } = services
    const project = await projectOf(making)
    await using build = new Build({ directory, toolchain, makeArguments, cache, slots, events, signal })
    const files = await write(directory, project.files)
    await build.add(files)
    const compileMs = await build.finish(project)
    await checkIncludes(directory, request.abi.extensions)
    return {
      parts: inputs && (() => [...partsOf(contextParts, inputs), ...files.map(({ part }) => part)]),
      info: {
        mode: modesText(making.modes),
        abi: request.abi.name,
        xlen: request.xlen,
        compileMs: Math.round(compileMs),
        cc: toolchain.cc.path,
      },
      report: undefined,
    }
  },

  async changedMeanwhile(making) {
    const changed =
      'the compiler or a file of an extension changed while the native interpreter was compiled; it is not stored'
    const services = { ...making.services, events: noEvents }
    try {
      const again = await InterpreterMaking.begin(making.request, services)
      return keyOf(interpreter, again)?.key === keyOf(interpreter, making)?.key ? undefined : changed
    } catch (error) {
      if (isAborted(error)) throw error
      return changed // something is gone
    }
  },

  open(source, { request, modes }, events) {
    const path = typeof source === 'string' ? source : source.path
    const { file, identity } = openLibrary(path, typeof source === 'string' ? undefined : source.file)
    checkIdentity(path, identity, {
      abiVersion: ABI_VERSION,
      guestDigest: ANY_GUEST,
      machineDigest: request.machine.digest,
      abi: request.abi.name,
      extensionsDigest: request.abi.digest,
      mode: modesText(modes),
    })
    file.onCopied = () => events(copyWarning(path))
    return file
  },
}

/** The C project. */
async function projectOf({ request, toolchain, modes, events }: InterpreterMaking): Promise<Project> {
  const { xlen, abi, machine } = request
  const { interpreterProject } = await import('../../codegen/interpreter/project.ts')
  const identity = JSON.stringify({
    abiVersion: ABI_VERSION,
    rvr: version,
    mode: modesText(modes),
    modeOptions: {},
    xlen,
    abi: abi.name,
    extensionsDigest: abi.digest,
    guestDigest: ANY_GUEST,
    machineDigest: machine.digest,
    targetDigest: toolchain.targetFacts?.digest ?? '',
    targetCpu: toolchain.targetCpu,
    cpuFeatures: toolchain.cpuFeatures,
  })
  const rows = abi.extensions.flatMap(extension => extension.rows)
  const convention = conventionFor(toolchain)
  const { value } = await timed(events, 'codegen', () =>
    interpreterProject({
      xlen,
      rows: rows.filter(({ only }) => only === undefined || only === xlen),
      machine,
      modes,
      convention,
      vectorBytes: vectorBytesOf(convention, toolchain.cpuFeatures),
      identity,
      callFiles: callFiles(abi),
    }),
  )
  return value
}
