/** One native interpreter: for which guests it is, and in which modes. */
import type { Mode } from '../../modes/mode.ts'
import { isShipped, modes } from '../../modes/registry.ts'
import type { PipelineServices } from '../library/request.ts'
import { KindMaking, type GuestKind } from '../kind/making.ts'

export interface InterpreterRequest extends GuestKind {
  /** Default: those that rvr ships. */
  readonly mode?: Mode
}

/** One library has all modes that rvr ships; a mode that was added has a library of its own. */
export const modesOf = ({ mode }: InterpreterRequest): readonly Mode[] =>
  mode === undefined || isShipped(mode) ? modes : [mode]

const modesText = (request: InterpreterRequest): string =>
  modesOf(request)
    .map(({ name }) => name)
    .join(' ')

/** @throws RvrError `TOOLCHAIN_MISSING`, `USAGE`, `ABORTED`. */
export const beginInterpreter = (
  request: InterpreterRequest,
  services: PipelineServices,
): Promise<KindMaking<InterpreterRequest>> =>
  KindMaking.begin({ mode: modesText, inputs: () => ({}) }, request, services)
