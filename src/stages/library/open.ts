/** A compiled guest is opened: checked before anything in it runs; what runs is the file that was checked. */
import { dirname } from 'node:path'
import type { EventSink, RvrEvent } from '../../events.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { checkIdentity, openLibrary, refusal } from '../../load/identity.ts'
import { isNoexec } from '../../load/noexec.ts'
import type { Mode } from '../../modes/mode.ts'
import { isMode, modeNamed, type ModeName } from '../../modes/registry.ts'
import type { EngineChoice } from '../../run/home.ts'
import type { Entry } from '../../store/lookup.ts'
import type { LibraryTarget } from './request.ts'

/** A library that fits: what runs can be started on, and the mode that its identity block tells. */
export interface OpenedLibrary {
  readonly engine: Extract<EngineChoice, { engine: 'native' }>
  readonly mode: Mode<ModeName>
}

/** @throws RvrError `ARTIFACT_REFUSED`, `IO`. */
export function openFor(
  { image, machine, abi, mode }: LibraryTarget & { readonly mode?: Mode | undefined },
  source: string | Entry,
  events: EventSink,
): OpenedLibrary {
  const path = typeof source === 'string' ? source : source.path
  const { file, identity } = openLibrary(path, typeof source === 'string' ? undefined : source.file)
  checkIdentity(path, identity, {
    abiVersion: ABI_VERSION,
    guestDigest: image.digest,
    machineDigest: machine.digest,
    abi: abi.name,
    extensionsDigest: abi.digest,
    mode: mode?.name,
  })
  const { slots, base, definedSlots } = identity
  if (typeof slots !== 'number' || typeof base !== 'number' || typeof definedSlots !== 'number')
    throw refusal(path, 'no-identity', 'its identity block does not say which code it holds')
  if (!isMode(identity.mode))
    throw refusal(path, 'mode', `this rvr has no mode ${identity.mode}`, { found: identity.mode })
  file.onCopied = () => events(copyWarning(path))
  const stress = identity.modeOptions['stress']
  return {
    engine: {
      engine: 'native',
      library: file,
      slots,
      slotBytes: abi.slotBytes,
      base,
      definedSlots,
      ...(stress !== undefined && { leastBudget: true }),
    },
    mode: modeNamed(identity.mode),
  }
}

/** One that cannot be loaded from where it is. */
export function copyWarning(path: string): RvrEvent {
  const why = isNoexec(path) ? ', whose file system is mounted noexec' : ''
  return {
    type: 'warning',
    message: `no code may be run from ${dirname(path)}${why}: the library runs from a copy`,
    hint: 'Choose a cache elsewhere with --cache-dir or RVR_CACHE_DIR, or another TMPDIR with --no-cache.',
  }
}
