/** The keys of a stage: of what something is made from, and of what its last tool saw. */
import { composeKey, numberPart, STAGE_PART, textPart, type Key, type KeyPart } from '../store/digest.ts'
import type { StagePart } from './stage.ts'

/** Changes when the meaning of a part or the store's layout changes. */
export const KEY_SCHEMA = 1

/** In all keys: how they are made, and of which stage they are, so that none is another stage's. */
export const commonParts: readonly StagePart<{ readonly name: string }, 'other'>[] = [
  {
    name: 'schema',
    of: () => [numberPart('schema', KEY_SCHEMA)],
    differences: change =>
      change.says('other', `keys are made differently: schema ${change.before} then, ${change.after} now`),
  },
  {
    name: STAGE_PART,
    of: ({ name }) => [textPart(STAGE_PART, name)],
    differences: change => change.says('other', `made by a stage of another name: ${change.values}`),
  },
]

export function partsOf<Inputs>(parts: readonly StagePart<Inputs>[], inputs: Inputs): KeyPart[] {
  return parts.flatMap(part => part.of(inputs))
}

/** The parts of a key without those that are in all keys. */
export function ownParts(parts: readonly KeyPart[]): KeyPart[] {
  return parts.filter(part => !commonParts.some(({ name }) => name === part.name))
}

/** The key by which an artifact is looked for. */
export function inputKeyOf(stage: string, parts: readonly KeyPart[]): Key {
  return composeKey('rvr input', [...partsOf(commonParts, { name: stage }), ...parts])
}

/** The key that it is stored under. */
export function artifactKeyOf(stage: string, parts: readonly KeyPart[]): Key {
  return composeKey('rvr artifact', [...partsOf(commonParts, { name: stage }), ...parts])
}
