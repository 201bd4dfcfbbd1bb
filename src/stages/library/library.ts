/** The stage that compiles a guest: ELF image → project → library. */
import { RvrError, isAborted } from '../../errors.ts'
import { noEvents } from '../../events.ts'
import { nativeCode } from '../../program/lift.ts'
import { digestInTurns } from '../../store/digest.ts'
import { keyOf } from '../obtain.ts'
import type { ObjectsReport } from '../make/objects.ts'
import type { Stage } from '../stage.ts'
import { Compilation } from './compilation.ts'
import { LIBRARY, seenParts } from './keys.ts'
import { openFor, type OpenedLibrary } from './open.ts'
import { libraryParts, type LibraryInputs, type LibraryKind } from './parts.ts'
import type { BuildTiming } from './request.ts'

/** What compiling took, and how much of it could be spared. */
export interface CompileReport {
  readonly timing: BuildTiming
  readonly objects: ObjectsReport | undefined
}

export const library: Stage<Compilation, LibraryInputs, OpenedLibrary, CompileReport, LibraryKind> = {
  name: LIBRARY,
  file: 'guest.so',
  parts: libraryParts,
  inputs: ({ inputs }) => inputs,

  subject: ({ request }) => ({ fact: 'guest', value: request.image.digest }),

  title: ({ mode }) => `mode ${mode}`,

  async details({ request: { machine, abi }, toolchain }) {
    return (await import('./details.ts')).keyDetails({ toolchain, machine, extensions: abi.extensions })
  },

  async make(compilation, directory) {
    const { compile } = await import('./compile.ts')
    const { project, timing, objects } = await compile(compilation, directory)
    const { request, toolchain, inputs } = compilation
    const { image, mode, abi } = request
    return {
      parts: inputs && (() => seenParts(inputs, project)),
      info: {
        mode: mode.name,
        guest: image.digest,
        abi: abi.name,
        xlen: image.xlen,
        slots: nativeCode(image, abi.slotBytes).slots,
        compileMs: Math.round(timing.compileMs ?? 0),
        cc: toolchain.cc.path,
      },
      keep: () => objects.store(directory),
      report: { timing, objects: objects.report },
    }
  },

  /** What lies outside of rvr may have changed: then nobody knows what the library was made from. */
  async changedMeanwhile(compilation) {
    const { request, services } = compilation
    const { file, digest } = request.image
    // A library under the key of a guest that it was not made of would be run for that guest ever after.
    if ((await digestInTurns(file)) !== digest)
      throw new RvrError('INTERNAL', 'the bytes of the guest changed while it was compiled', {
        hint: 'This is a defect in rvr; please report it.',
      })
    const changed =
      'the compiler or a file of an extension changed while the guest was compiled; the library is not stored'
    try {
      const again = await Compilation.begin({ ...request, beforeWork: undefined }, { ...services, events: noEvents })
      return keyOf(library, again)?.key === keyOf(library, compilation)?.key ? undefined : changed
    } catch (error) {
      if (isAborted(error)) throw error
      return changed // something is gone
    }
  },

  open: (source, { request }, events) => openFor(request, source, events),
}
