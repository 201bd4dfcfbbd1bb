/** The stage that makes the libraries of the proof system: C as it lies → library, for all guests and machines. */
import { isAborted } from '../../errors.ts'
import { noEvents } from '../../events.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { checkIdentity, openLibrary } from '../../load/identity.ts'
import type { LibraryFile } from '../../load/library-file.ts'
import { version } from '../../version.ts'
import { partsOf } from '../key.ts'
import { generatorFiles } from '../library/generator-digest.ts'
import { copyWarning } from '../library/open.ts'
import { contextParts, generatorPart, type LibraryKind } from '../library/parts.ts'
import { Build } from '../make/build.ts'
import { toolchainDetails } from '../make/details.ts'
import { write } from '../make/written.ts'
import { keyOf } from '../obtain.ts'
import type { Stage } from '../stage.ts'
import { StarkMaking, type StarkInputs } from './making.ts'
import { starkProject } from './project.ts'

export const stark: Stage<StarkMaking, StarkInputs, LibraryFile, undefined, LibraryKind> = {
  name: 'stark',
  file: 'guest.so',
  parts: [...contextParts, generatorPart],
  inputs: ({ inputs }) => inputs,
  title: ({ mode }) => `${mode} of proofs`,
  details: async ({ toolchain }) => ({ generator: generatorFiles(), ...toolchainDetails(toolchain) }),

  async make(making, directory) {
    const { request, toolchain, inputs, signal, services } = making
    const { cache, slots, events } = services
    const project = starkProject(request.library, identityText(making))
    await using build = new Build({ directory, toolchain, makeArguments: [], cache, slots, events, signal })
    const files = await write(directory, project.files)
    await build.add(files)
    const compileMs = await build.finish(project)
    return {
      parts: inputs && (() => [...partsOf(contextParts, inputs), ...files.map(({ part }) => part)]),
      info: { mode: request.library, compileMs: Math.round(compileMs), cc: toolchain.cc.path },
      report: undefined,
    }
  },

  async changedMeanwhile(making) {
    const changed = 'the compiler changed while a library of proofs was compiled; it is not stored'
    try {
      const again = await StarkMaking.begin(making.request, { ...making.services, events: noEvents })
      return keyOf(stark, again)?.key === keyOf(stark, making)?.key ? undefined : changed
    } catch (error) {
      if (isAborted(error)) throw error
      return changed // something is gone
    }
  },

  open(source, { request }, events) {
    const path = typeof source === 'string' ? source : source.path
    const { file, identity } = openLibrary(path, typeof source === 'string' ? undefined : source.file)
    checkIdentity(path, identity, { abiVersion: ABI_VERSION, guestDigest: '', mode: request.library })
    file.onCopied = () => events(copyWarning(path))
    return file
  },
}

function identityText({ request, toolchain }: StarkMaking): string {
  return JSON.stringify({
    abiVersion: ABI_VERSION,
    rvr: version,
    mode: request.library,
    modeOptions: {},
    xlen: 0,
    abi: '',
    extensionsDigest: '',
    guestDigest: '',
    machineDigest: '',
    targetDigest: toolchain.targetFacts?.digest ?? '',
    targetCpu: toolchain.targetCpu,
    cpuFeatures: toolchain.cpuFeatures,
  })
}
