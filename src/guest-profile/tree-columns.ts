/** The tables of a profile's tree, while they are made. */
import { Column } from './column.ts'
import type { ProfileCosts, ProfileNodes } from './guest-profile.ts'

/** A node of the tree; `file` and `line`: where its call stands. */
export interface NewNode {
  readonly parent: number
  readonly function: number
  readonly isInlined: boolean
  readonly calls: number
  readonly file: number
  readonly line: number
}

export class NodeColumns {
  readonly #parent = new Column(new Int32Array())
  readonly #function = new Column(new Uint32Array())
  readonly #isInlined = new Column(new Uint8Array())
  readonly #calls = new Column(new Float64Array())
  readonly #callFile = new Column(new Int32Array())
  readonly #callLine = new Column(new Uint32Array())

  /** @returns its number */
  add(node: NewNode): number {
    this.#parent.push(node.parent)
    this.#function.push(node.function)
    this.#isInlined.push(Number(node.isInlined))
    this.#calls.push(node.calls)
    this.#callFile.push(node.file)
    this.#callLine.push(node.line)
    return this.#parent.length - 1
  }

  take(): Omit<ProfileNodes, 'memory'> {
    return {
      parent: this.#parent.take(),
      function: this.#function.take(),
      isInlined: this.#isInlined.take(),
      calls: this.#calls.take(),
      callFile: this.#callFile.take(),
      callLine: this.#callLine.take(),
    }
  }
}

/** A row of costs. */
export interface NewCost {
  readonly node: number
  readonly step: number
  readonly file: number
  readonly line: number
  readonly instructions: number
  readonly cells: number
}

export class CostColumns {
  readonly #node = new Column(new Uint32Array())
  readonly #step = new Column(new Uint32Array())
  readonly #file = new Column(new Int32Array())
  readonly #line = new Column(new Uint32Array())
  readonly #instructions = new Column(new Float64Array())
  readonly #cells = new Column(new Float64Array())

  add(cost: NewCost): void {
    this.#node.push(cost.node)
    this.#step.push(cost.step)
    this.#file.push(cost.file)
    this.#line.push(cost.line)
    this.#instructions.push(cost.instructions)
    this.#cells.push(cost.cells)
  }

  take(): ProfileCosts {
    return {
      node: this.#node.take(),
      step: this.#step.take(),
      file: this.#file.take(),
      line: this.#line.take(),
      instructions: this.#instructions.take(),
      cells: this.#cells.take(),
    }
  }
}
