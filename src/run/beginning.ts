/** What a mode's ledger is told of a guest before its first instruction. */
import type { HostState } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import type { Beginning, LedgerContext } from '../modes/ledger.ts'
import type { ModeOptions } from '../modes/options.ts'
import { definedSlots } from '../program/slots.ts'
import type { SessionGuest, SessionOptions } from './session-state.ts'

export function ledgerContext({ image, machine, abi: { extensions, slotBytes } }: SessionGuest): LedgerContext {
  return {
    image,
    slotBytes,
    machine,
    rows: extensions.flatMap(({ rows }) => rows),
    manyRows: new Set(extensions.flatMap(({ effects = {} }) => Object.keys(effects))),
  }
}

type Begun = Pick<SessionOptions, 'image' | 'abi' | 'engine' | 'careful'>

export function beginningOf(session: Begun, host: HostState, options: ModeOptions): Beginning {
  const { image, abi, engine, careful = false } = session
  return {
    options,
    publicValuesBytes: abi.host.publicValues(host).length,
    careful,
    definedSlots: () =>
      (engine.engine === 'native' ? engine.definedSlots : undefined) ??
      definedSlots(image, decoderFor(image.xlen, abi)),
  }
}
