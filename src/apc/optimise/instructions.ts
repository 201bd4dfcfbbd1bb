/** Drafts of blocks: each kind of instruction is simplified alone, once, and its rows are put side by side. */
import type { Air } from '../../air/air.ts'
import { P, element, inverse, multiply, subtract } from '../../air/field.ts'
import { airOfOpcode, buildInstruction, columnsOf, entriesOf, type BlockMachine } from '../block.ts'
import type { Block } from '../../air/system.ts'
import { draftOf } from './convert.ts'
import { Draft, type DraftMessage, type Elimination } from './draft.ts'
import { Translation, type Polynomial } from './polynomials.ts'

/** What is left of an instruction whose pc and operands are not known yet. Column 0 is the first one of its AIR. */
interface Simplified {
  readonly air: Air
  readonly constraints: readonly Polynomial[]
  readonly messages: readonly DraftMessage[]
  readonly eliminated: readonly Elimination[]
  /** What it looks up in the program. */
  readonly entry: readonly Polynomial[]
}

/** Fields of a lookup in the program that instructions of a kind differ by: pc, a, b and c. */
const OPEN_FIELDS: readonly number[] = [0, 2, 3, 4]

/** What draws conclusions from an instruction's own constraints and messages. */
export type Simplify = (draft: Draft) => void

/** Kinds of instructions that were simplified before, by opcode and fields that tell kinds apart. */
export class Instructions {
  readonly #machine: BlockMachine
  readonly #simplify: Simplify
  readonly #known = new Map<string, Simplified>()

  constructor(machine: BlockMachine, simplify: Simplify) {
    this.#machine = machine
    this.#simplify = simplify
  }

  /** The draft of a system that `buildBlocks` makes, with all that follows from each instruction alone. */
  draftOf(blocks: readonly Block[]): Draft {
    const parts = entriesOf(blocks).map(entry => ({ entry, kind: this.#kindOf(entry) }))
    let offset = 0
    const placed = parts.map(({ entry, kind }, index) => {
      const place = { index, offset }
      offset += kind.air.columns.length
      return { entry, kind, columns: columnsOf(kind.air, place) }
    })
    const draft = new Draft(
      this.#machine.buses,
      placed.flatMap(({ columns }) => columns),
    )
    for (const { entry, kind, columns } of placed) {
      const first = columns[0]!.id
      addInstruction(draft, kind, { entry, first })
    }
    return draft
  }

  #kindOf(entry: readonly number[]): Simplified {
    const pinned = entry.map((value, field) => (OPEN_FIELDS.includes(field) ? undefined : value))
    const key = pinned.join()
    let kind = this.#known.get(key)
    if (kind === undefined) this.#known.set(key, (kind = this.#simplified(pinned)))
    return kind
  }

  #simplified(pinned: readonly (number | undefined)[]): Simplified {
    const draft = draftOf(buildInstruction(this.#machine, pinned, { index: 0, offset: 0 }))
    this.#simplify(draft)
    const messages = draft.messages.flatMap(each => (each === undefined ? [] : [each]))
    return {
      air: airOfOpcode(this.#machine, pinned[1]!),
      constraints: draft.constraints.flatMap(each => (each === undefined ? [] : [each])),
      messages,
      eliminated: draft.eliminated,
      entry: messages.find(({ bus }) => draft.buses[bus]!.role.kind === 'program')!.fields,
    }
  }
}

interface Instance {
  readonly entry: readonly number[]
  /** Its first column. */
  readonly first: number
}

function addInstruction(draft: Draft, kind: Simplified, { entry, first }: Instance): void {
  const { polynomials } = draft
  const known = pinnedColumns(kind, entry)
  for (const [column, value] of known)
    draft.eliminated.push({ column: first + column, of: polynomials.constant(value) })
  const translation = new Translation(polynomials, column => {
    const value = known.get(column)
    return value === undefined ? polynomials.column(first + column) : polynomials.constant(value)
  })
  const placed = (of: Polynomial): Polynomial => translation.of(of)
  for (const { column, of } of kind.eliminated) draft.eliminated.push({ column: first + column, of: placed(of) })
  for (const each of kind.constraints) draft.addConstraint(placed(each))
  for (const { bus, count, fields } of kind.messages)
    draft.addMessage({ bus, count: placed(count), fields: fields.map(placed) })
  for (const [field, of] of kind.entry.entries())
    draft.addConstraint(polynomials.plusConstant(placed(of), P - element(BigInt(entry[field]!))))
}

/** Columns that the program's fields are multiples of, and constants. */
function pinnedColumns({ entry: fields }: Simplified, entry: readonly number[]): ReadonlyMap<number, number> {
  const known = new Map<number, number>()
  for (const [field, { atoms, coefficients, constant }] of fields.entries()) {
    const [atom] = atoms
    if (atom === undefined || atoms.length > 1 || atom.factors !== undefined || known.has(atom.id)) continue
    const value = subtract(element(BigInt(entry[field]!)), constant)
    known.set(atom.id, multiply(value, inverse(coefficients[0]!)))
  }
  return known
}
