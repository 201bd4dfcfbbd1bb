/** What verdicts in C are called: names of `ffi/stark/fault.h`, in the order of their numbers. */
import { resourceText } from '../../src/resources.ts'

const header = resourceText('ffi/stark/fault.h')

const names = (prefix: string): string[] =>
  [...header.matchAll(new RegExp(`^ {2}${prefix}_(\\w+)`, 'gm'))].map(([, name]) => name!)

const flaws = names('FLAW')
const steps = names('STEP')

/** FLAW_HEIGHT is `HEIGHT`. Both count from 1. */
export const flawName = (number: number): string | undefined => flaws[number - 1]

/** STEP_FOLDS is `FOLDS`. */
export const stepName = (number: number): string | undefined => steps[number - 1]

export const stepNames: readonly string[] = steps
