/** The one solver of flow over blocks: what is known at each of them, once nothing changes any more. */

/**
 * A problem over nodes 0 … n - 1, which are numbered so that most ways lead to higher numbers. States are values: what
 * `pass` and `meet` are given stays as it is.
 */
export interface Flow<State> {
  /**
   * `forward`: a node's state is what is known in front of it, on all ways that lead there. `backward`: behind it, on
   * all ways from there.
   */
  readonly direction: 'forward' | 'backward'
  /** The nodes behind each node, in either direction. */
  readonly next: readonly (readonly number[])[]
  /** Forward alone: a node that is also entered from the start of another, in front of all that this does. */
  readonly beside?: readonly (number | undefined)[]
  /** What is known at a node whatever leads there; undefined where nothing is until something does. */
  readonly start: (node: number) => State | undefined
  /** What is known at the other side of a node. */
  readonly pass: (node: number, state: State) => State
  /**
   * What is known at a node where ways meet: `known` itself where the other adds nothing. It can change only so often.
   */
  readonly meet: (known: State, arriving: State, node: number) => State
}

/** The state of each node; undefined where no way leads. */
export function solve<State>(flow: Flow<State>): (State | undefined)[] {
  const states = flow.next.map((_, node) => flow.start(node))
  if (flow.direction === 'forward') solveForward(flow, states)
  else solveBackward(flow, states)
  return states
}

/**
 * In rounds over the nodes in their order, because where `meet` gives up, the order decides what is known in the end.
 */
function solveForward<State>({ next, beside, pass, meet }: Flow<State>, states: (State | undefined)[]): void {
  const isSettled = new Uint8Array(next.length)
  let goesOn = true
  const flow = (from: number, target: number, arriving: State): void => {
    const known = states[target]
    const now = known === undefined ? arriving : meet(known, arriving, target)
    if (now === known) return
    states[target] = now
    isSettled[target] = 0
    if (target <= from) goesOn = true
  }
  while (goesOn) {
    goesOn = false
    for (let node = 0; node < next.length; node++) {
      const state = states[node]
      if (isSettled[node] === 1 || state === undefined) continue
      isSettled[node] = 1
      const other = beside?.[node]
      if (other !== undefined) flow(node, other, state)
      const behind = pass(node, state)
      for (const target of next[node]!) flow(node, target, behind)
    }
  }
}

function solveBackward<State>({ next, pass, meet }: Flow<State>, states: (State | undefined)[]): void {
  const hasCycle = next.some((targets, node) => targets.some(target => target <= node))
  for (let goesOn = true; goesOn;) {
    goesOn = false
    for (let node = next.length - 1; node >= 0; node--) {
      for (const target of next[node]!) {
        const behind = states[target]
        if (behind === undefined) continue
        const arriving = pass(target, behind)
        const known = states[node]
        const now = known === undefined ? arriving : meet(known, arriving, node)
        if (now === known) continue
        states[node] = now
        goesOn = hasCycle
      }
    }
  }
}
