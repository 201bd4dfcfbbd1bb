/** Results of the stages as callers get them. */
import type { CandidatesFile } from '../../apc/candidates/file.ts'
import { autoprecompilesOf } from '../../apc/candidates/select.ts'
import type { CacheReport } from '../../pipeline.ts'
import type { Obtained } from '../../stages/stage.ts'
import { RvrError } from '../../errors.ts'
import type { GenerateInputs } from '../../stages/apc/parts.ts'
import type { ApcCandidates, ApcSelection } from './contract.ts'

export const cacheReport = ({ outcome, key, inputKey, origin }: Obtained<unknown>): CacheReport => ({
  outcome,
  key,
  inputKey,
  origin,
})

export function candidatesFrom(obtained: Obtained<CandidatesFile>): ApcCandidates {
  const { opened } = obtained
  return { ...opened.candidates, cache: cacheReport(obtained), system: index => opened.system(index) }
}

export function selectionFrom(obtained: Obtained<CandidatesFile>): ApcSelection {
  return {
    ...candidatesFrom(obtained),
    get autoprecompiles() {
      return autoprecompilesOf(obtained.opened)
    },
  }
}

/** Nothing is looked up and nothing made for it. */
export function nothingSelected({ guestDigest: guest, options: { pgo } }: GenerateInputs): ApcSelection {
  return {
    guest,
    pgo,
    counts: { blocks: 0, executed: 0, belowCutoff: 0, tooLong: 0, eligible: 0, built: 0, passedOver: 0 },
    ranked: [],
    failed: [],
    cache: { outcome: 'off' },
    system: index => {
      throw new RvrError('USAGE', `no candidate has place ${index}: none was selected`)
    },
    autoprecompiles: { guest, list: [] },
  }
}
