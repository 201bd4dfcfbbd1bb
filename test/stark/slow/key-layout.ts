/** The names of the words of a key's elements (§8), in their order. */

export const PARAMETERS = [
  'protocol',
  'blowup',
  'logFinal',
  'logArity',
  'queries',
  'lookup',
  'zeta',
  'batch',
  'fold',
  'query',
  'maxLogHeight',
  'buses',
  'airs',
  'trees',
  'zero',
  'zeroToo',
] as const

export const AIR = [
  'flags',
  'mainWidth',
  'fixedWidth',
  'publics',
  'tree',
  'fixedLogHeight',
  'maxLogHeight',
  'parts',
  'nodeStart',
  'nodes',
  'constraintStart',
  'constraints',
  'interactionStart',
  'interactions',
  'chunks',
  'degree',
] as const

export const NODE = ['op', 'a', 'b', 'zero'] as const
export const INTERACTION = ['bus', 'direction', 'count', 'weight', 'fieldStart', 'fields', 'chunk', 'zero'] as const
export const ROLE = ['role', 'air', 'first', 'count'] as const
export const START = ['role', 'index', 'value', 'zero'] as const

/** No tree, no fixed height; in a proof: no table. */
export const NONE = 0xffffffff

export type Named<Names extends readonly string[]> = Readonly<Record<Names[number], number>>

/** Words by their names: the elements of a section one after another. */
export function named<const Names extends readonly string[]>(names: Names, words: readonly number[]): Named<Names>[] {
  const count = words.length / names.length
  const wordsOfElement = (element: number): [string, number][] =>
    names.map((name, index) => [name, words[element * names.length + index]!])
  return Array.from({ length: count }, (_, element) => Object.fromEntries(wordsOfElement(element)) as Named<Names>)
}

/** The other way. */
export const wordsInOrder = <const Names extends readonly string[]>(names: Names, element: Named<Names>): number[] =>
  names.map(name => element[name as Names[number]])
