/** What the calls of autoprecompiles take: their options, types and bounds. */
import * as v from 'valibot'
import { bytes, count, number, options, signal, text, texts } from '../../accept.ts'
import { MOST_INSTRUCTIONS, MOST_SUPERBLOCKS } from '../../apc/candidates/options.ts'
import { MAX_PUBLIC_VALUES_BYTES, MAX_SEED } from '../../extensions/bounds.ts'
import { MAX_AUTOPRECOMPILES } from '../../machine/autoprecompiles.ts'
import type {
  ApcAnalyzeOptions,
  ApcGenerateOptions,
  ApcSelectOptions,
  ApcSetupOptions,
  ProfiledInput,
} from './contract.ts'

const optional = v.optional
const MAX_SAFE = Number.MAX_SAFE_INTEGER
const MOST_THREADS = 1024
const path = v.pipe(text, v.minLength(1, 'a path'))

const generating = {
  pgo: optional(v.picklist(['cell', 'instruction', 'none'], 'cell, instruction or none')),
  maxColumns: optional(number(0, MAX_SAFE)),
  candidates: optional(number(1, MAX_SAFE)),
  maxBlockInstructions: optional(number(2, MOST_INSTRUCTIONS)),
  cutoff: optional(number(1, MAX_SAFE)),
  superblocks: optional(number(1, MOST_SUPERBLOCKS)),
  profile: optional(
    options<ProfiledInput>({
      inputs: optional(v.array(bytes, 'an array of Uint8Arrays')),
      args: optional(texts),
      seed: optional(count(0, MAX_SEED)),
      publicValuesBytes: optional(number(0, MAX_PUBLIC_VALUES_BYTES)),
    }),
  ),
  threads: optional(number(1, MOST_THREADS)),
  candidatesDir: optional(path),
  signal: optional(signal),
}

export const ApcGenerate = options<ApcGenerateOptions>(generating)
const selecting = { ...generating, autoprecompiles: number(0, MAX_SAFE), skip: optional(number(0, MAX_SAFE)) }
export const ApcSelect = options<ApcSelectOptions>(selecting)
export const ApcSetup = options<ApcSetupOptions>({
  ...selecting,
  // What is executed are single blocks.
  superblocks: optional(number(1, 1)),
  autoprecompiles: number(0, MAX_AUTOPRECOMPILES),
})
export const ApcAnalyze = options<ApcAnalyzeOptions>({ ...generating, most: optional(number(1, MAX_SAFE)) })
