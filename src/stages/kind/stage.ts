/** A stage that makes libraries for all guests of a kind: project → library, by the keys that they have in common. */
import type { Project, ProjectFile } from '../../codegen/project.ts'
import { isAborted } from '../../errors.ts'
import { noEvents, stage as timed } from '../../events.ts'
import type { Row } from '../../isa/row.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { checkIdentity, openLibrary } from '../../load/identity.ts'
import type { LibraryFile } from '../../load/library-file.ts'
import { checkIncludes } from '../../toolchain/includes.ts'
import { version } from '../../version.ts'
import { partsOf } from '../key.ts'
import { copyWarning } from '../library/open.ts'
import { contextParts, type LibraryKind, type Origin } from '../library/parts.ts'
import { Build } from '../make/build.ts'
import { write } from '../make/written.ts'
import { keyOf } from '../obtain.ts'
import type { Stage } from '../stage.ts'
import type { GuestKind, KindMaking } from './making.ts'
import { kindParts } from './parts.ts'

/** What stands in the place of a guest's digest. */
const ANY_GUEST = ''

export interface KindLibrary<Request extends GuestKind> {
  /** Of the stage, in its keys. */
  readonly name: string
  /** What it makes: `native interpreter`. */
  readonly what: string
  /** Generates the C, with the text of the identity block in it. */
  project(making: KindMaking<Request>, identity: string): Promise<Project>
}

export type KindStage<Request extends GuestKind> = Stage<
  KindMaking<Request>,
  Origin,
  LibraryFile,
  undefined,
  LibraryKind
>

/** All instructions that a guest of the kind may use. */
export const rowsOfKind = ({ abi, xlen }: GuestKind): readonly Row[] =>
  abi.extensions.flatMap(({ rows }) => rows).filter(({ only }) => only === undefined || only === xlen)

/** Kinds have most of their C in common with others, and with themselves when rvr has changed. */
const shared = (file: ProjectFile): ProjectFile => (file.path.endsWith('.c') ? { ...file, shared: true } : file)

export function kindStage<Request extends GuestKind>({
  name,
  what,
  project,
}: KindLibrary<Request>): KindStage<Request> {
  const stage: KindStage<Request> = {
    name,
    file: 'guest.so',
    parts: kindParts,
    inputs: ({ inputs }) => inputs,

    title: ({ abi, xlen }) => `${what} for RV${xlen} guests of ABI ${abi}`,

    async details({ request: { machine, abi }, toolchain }) {
      return (await import('../library/details.ts')).keyDetails({ toolchain, machine, extensions: abi.extensions })
    },

    async make(making, directory) {
      const { request, toolchain, inputs, makeArguments, signal, services } = making
      const { cache, slots, events } = services
      const { value } = await timed(events, 'codegen', () => project(making, identityText(making)))
      await using build = new Build({ directory, toolchain, makeArguments, cache, slots, events, signal })
      const files = await write(directory, value.files.map(shared))
      await build.add(files)
      const compileMs = await build.finish(value)
      await checkIncludes(directory, request.abi.extensions)
      return {
        parts: inputs && (() => [...partsOf(contextParts, inputs), ...files.map(({ part }) => part)]),
        info: {
          mode: making.mode,
          abi: request.abi.name,
          xlen: request.xlen,
          compileMs: Math.round(compileMs),
          cc: toolchain.cc.path,
        },
        keep: () => build.objects.store(directory),
        report: undefined,
      }
    },

    async changedMeanwhile(making) {
      const changed = `the compiler or a file of an extension changed while the ${what} was compiled; it is not stored`
      try {
        const again = await making.again({ ...making.services, events: noEvents })
        return keyOf(stage, again)?.key === keyOf(stage, making)?.key ? undefined : changed
      } catch (error) {
        if (isAborted(error)) throw error
        return changed // something is gone
      }
    },

    open(source, { request, mode }, events) {
      const path = typeof source === 'string' ? source : source.path
      const { file, identity } = openLibrary(path, typeof source === 'string' ? undefined : source.file)
      checkIdentity(path, identity, {
        abiVersion: ABI_VERSION,
        guestDigest: ANY_GUEST,
        machineDigest: request.machine.digest,
        abi: request.abi.name,
        extensionsDigest: request.abi.digest,
        mode,
      })
      file.onCopied = () => events(copyWarning(path))
      return file
    },
  }
  return stage
}

function identityText<Request extends GuestKind>({ request, toolchain, mode }: KindMaking<Request>): string {
  const { xlen, abi, machine } = request
  return JSON.stringify({
    abiVersion: ABI_VERSION,
    rvr: version,
    mode,
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
}
