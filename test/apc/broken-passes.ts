/** Passes that are broken on purpose: whatever checks optimised systems has to find them out. */
import type { Draft } from '../../src/apc/optimise/draft.ts'
import { checks } from '../../src/apc/optimise/passes/checks.ts'
import { memory } from '../../src/apc/optimise/passes/memory.ts'
import { cancel } from '../../src/apc/optimise/passes/telescope.ts'

export type BrokenPass = readonly [name: string, pass: string, run: (draft: Draft) => void]

/** The checks without those that are chosen. */
const without = (isDropped: (draft: Draft, message: number) => boolean) => (draft: Draft) => {
  checks(draft)
  for (const index of draft.messages.keys())
    if (draft.messages[index] !== undefined && isDropped(draft, index)) draft.setMessage(index, undefined)
}
const busOf = (draft: Draft, index: number) => draft.buses[draft.messages[index]!.bus]!
const isRange = (draft: Draft, index: number): boolean => busOf(draft, index).fields.includes('bits')

const forgetsEquality = (draft: Draft): void => {
  const before = draft.constraints.length
  memory(draft)
  for (let index = before; index < draft.constraints.length; index++) draft.setConstraint(index, undefined)
}
/** As if expressions that look different were different addresses. */
const assumesNoAlias = (draft: Draft): void => {
  const sent = new Map<string, number>()
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || draft.buses[message.bus]!.role.kind !== 'memory') continue
    const key = `${message.fields[0]!.id},${message.fields[1]!.id}`
    if (message.count === draft.polynomials.one) sent.set(key, index)
    else if (sent.has(key)) {
      cancel(draft, draft.messages[sent.get(key)!]!, message)
      draft.setMessage(sent.get(key)!, undefined)
      draft.setMessage(index, undefined)
      sent.delete(key)
    }
  }
}
const scalesRanges = (draft: Draft): void => {
  checks(draft)
  const { polynomials } = draft
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || !isRange(draft, index)) continue
    const [value, bits] = message.fields
    const scaled = polynomials.scaled(value!, 2 ** (17 - bits!.constant))
    draft.setMessage(index, { ...message, fields: [scaled, polynomials.constant(17)] })
  }
}

export const brokenPasses: readonly BrokenPass[] = [
  ['equality not added back', 'memory', forgetsEquality],
  ['range check dropped', 'checks', without(isRange)],
  ['alias assumed', 'memory', assumesNoAlias],
  ['byte check of a sent value dropped', 'checks', without((draft, index) => !isRange(draft, index))],
  ['range halved by scaling', 'checks', scalesRanges],
]
