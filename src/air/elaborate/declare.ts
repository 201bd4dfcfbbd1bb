/** From the statements of an AIR's file to the AIR. */
import { CODING_INPUTS, type Access, type Air, type Coding, type Constraint } from '../air.ts'
import type { Interaction, PublicRole } from '../air.ts'
import { degrees, expressionText, type Expression } from '../expression.ts'
import { airError, type Place } from '../language/place.ts'
import type { Label, Node, Statement, StatementOf } from '../language/syntax.ts'
import type { Word } from '../word.ts'
import { codingsOf } from './codings.ts'
import type { Elaboration } from './elaboration.ts'
import { Evaluator, boolean } from './evaluate.ts'
import { Names, inputs, pathText, type Named } from './names.ts'
import { expression, word } from './operate.ts'
import { roleOf } from './roles.ts'
import { Scope, type Declared } from './scope.ts'
import type { Value } from './value.ts'

const MAX_DEGREE = 3
/** What a proof can have (stark: widths, public values). */
const MAX_COLUMNS = 65_536
const MAX_PUBLICS = 4096

/** Collects what the statements of one AIR declare, in their order. */
class Declaration {
  readonly #asked: Elaboration
  readonly #evaluator: Evaluator
  readonly #degreeOf = degrees()
  readonly #columns: string[] = []
  readonly #columnRules: Word[] = []
  readonly #fixed: number[] = []
  readonly #publics: string[] = []
  readonly #roles: PublicRole[] = []
  readonly #lets: Air['lets'][number][] = []
  readonly #constraints: Constraint[] = []
  readonly #interactions: Interaction[] = []
  readonly #inputs: string[] = []
  readonly #accesses: Access[] = []
  readonly #codings = new Map<string, Coding>()
  readonly #declared: Declared
  #height: Air['height']

  constructor(asked: Elaboration) {
    this.#asked = asked
    this.#declared = { definitions: asked.definitions, columns: new Names(), words: new Names() }
    this.#evaluator = new Evaluator(this.#declared)
  }

  air(): Air {
    if (this.#fixed.length > 0 && this.#height === undefined)
      throw airError(this.#asked.at, `${this.#asked.name} has fixed columns, and no height`)
    return {
      name: this.#asked.name,
      columns: this.#columns,
      fixed: this.#fixed,
      publics: this.#publics,
      roles: this.#roles,
      lets: this.#lets,
      constraints: this.#constraints,
      interactions: this.#interactions,
      rules: { inputs: this.#inputs, accesses: this.#accesses, columns: this.#columnRules },
      instructions: [...this.#asked.instructions.keys()],
      codings: [...this.#codings.values()],
      height: this.#height,
    }
  }

  run(statements: readonly Statement[], scope: Scope): void {
    for (const statement of statements) this.#one(statement, scope)
  }

  #one(statement: Statement, scope: Scope): void {
    this.#evaluator.step(statement.at)
    switch (statement.kind) {
      case 'input':
        return this.#named(statement.names, scope, named => this.#input(named))
      case 'public':
        return this.#named(statement.names, scope, named => this.#public(named))
      case 'word':
        return this.#each(statement.label, scope, (named, inner) =>
          this.#word(named, this.#evaluator.word(statement.value, inner)),
        )
      case 'col':
        return this.#each(statement.label, scope, (named, inner) => {
          if (statement.fixed) this.#fixed.push(this.#columns.length)
          this.#column(named, this.#evaluator.word(statement.rule, inner))
        })
      case 'role':
        return void this.#roles.push(roleOf(statement, this.#path(statement.label, scope), this.#declared.columns))
      case 'let':
        return this.#each(statement.label, scope, (named, inner) => this.#let(named, statement.value, scope, inner))
      case 'access':
        return this.#access(statement, scope)
      case 'zero':
        return this.#zero(statement, scope)
      case 'bool':
        for (const of of statement.each) this.#bool(of, scope)
        return undefined
      case 'message':
        return this.#message(statement, scope)
      case 'operands':
        return this.#operands(statement, scope)
      case 'height':
        return this.#setHeight(statement.value, scope)
      case 'for':
        return this.#for(statement, scope)
      case 'if':
        return this.run(this.#chosen(statement, scope), scope)
      case 'call':
        return this.#call(statement, scope)
    }
  }

  #path({ name, indices, at }: Label, scope: Scope): Named {
    return { name, indices: indices.map(index => this.#evaluator.number(index, scope)), at }
  }

  /** Names of a line: `pc ts v[8]`, where the last index is a length. */
  #named(labels: readonly Label[], scope: Scope, declare: (named: Named) => void): void {
    for (const { name, indices, at } of labels) {
      const [length] = indices
      if (length === undefined) declare({ name, indices: [], at })
      else for (let k = 0n; k < this.#evaluator.number(length, scope); k++) declare({ name, indices: [k], at })
    }
  }

  /** What a label stands for: itself, or one name for each value of the index that runs. */
  #each(label: Label, scope: Scope, declare: (named: Named, inner: Scope) => void): void {
    const { name, indices, at } = this.#path(label, scope)
    if (label.runs === undefined) return declare({ name, indices, at }, scope)
    const { variable, below } = label.runs
    const inner = new Scope(scope)
    for (let index = 0n; index < this.#evaluator.number(below, scope); index++) {
      this.#evaluator.step(label.at)
      inner.numbers.set(variable, index)
      declare({ name, indices: [...indices, index], at }, inner)
    }
  }

  #new(names: Names, named: Named): void {
    if (names.has(named)) throw airError(named.at, `${pathText(named)} has a meaning already`)
  }

  #input(named: Named): void {
    this.#word(named, { op: 'input', index: this.#inputs.length })
    this.#inputs.push(pathText(named))
  }

  #public(named: Named): void {
    this.#new(this.#declared.columns, named)
    if (this.#publics.length === MAX_PUBLICS) throw airError(named.at, `more than ${MAX_PUBLICS} public values`)
    this.#declared.columns.set(named, { op: 'public', index: this.#publics.length })
    this.#publics.push(pathText(named))
  }

  #word(named: Named, value: Word): void {
    this.#new(this.#declared.words, named)
    this.#declared.words.set(named, value)
  }

  #column(named: Named, rule: Word): void {
    this.#new(this.#declared.columns, named)
    if (this.#columns.length === MAX_COLUMNS) throw airError(named.at, `more than ${MAX_COLUMNS} columns`)
    this.#declared.columns.set(named, { op: 'column', index: this.#columns.length, row: 0 })
    this.#columns.push(pathText(named))
    this.#columnRules.push(rule)
  }

  #let(named: Named, value: Node, scope: Scope, inner: Scope): void {
    this.#new(this.#declared.columns, named)
    const meaning = this.#evaluator.value(value, inner, 'constraint')
    scope.lets.set(named, meaning)
    this.#nameParts(pathText(named), meaning)
  }

  #nameParts(name: string, value: Value): void {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) this.#nameParts(`${name}[${index}]`, item)
    else if (typeof value === 'object' && 'left' in value && typeof value.op === 'string' && value.op !== 'binary')
      this.#lets.push({ name, of: value })
  }

  #access({ label, place, writes, when, at }: StatementOf<'access'>, scope: Scope): void {
    const of = (node: Node): Word => this.#evaluator.word(node, scope)
    const optional = (node: Node | undefined): Word | undefined => (node === undefined ? undefined : of(node))
    const [space, pointer, time] = [of(place[0]!), of(place[1]!), of(place[2]!)]
    const index = this.#accesses.length
    // What is written may depend on what was there.
    const { name, indices } = this.#path(label, scope)
    this.#word({ name: `${name}.old`, indices, at }, { op: 'old', access: index })
    this.#word({ name: `${name}.last`, indices, at }, { op: 'last', access: index })
    this.#accesses.push({
      name: pathText({ name, indices }),
      space,
      pointer,
      time,
      writes: optional(writes),
      when: optional(when),
    })
  }

  #zero({ label, where, of, at }: StatementOf<'zero'>, scope: Scope): void {
    this.#constraint(pathText(this.#path(label, scope)), where, this.#evaluator.field(of, scope), at)
  }

  #bool(of: Node, scope: Scope): void {
    const parts = new Map(this.#lets.map(({ name, of: part }) => [part, name]))
    const names = { columns: this.#columns, publics: this.#publics, parts }
    for (const value of this.#evaluator.list(of, scope, 'constraint')) {
      const each = expression(value, of.at)
      this.#constraint(`${parts.get(each) ?? expressionText(each, names)} is 0 or 1`, 'every', boolean(each), of.at)
    }
  }

  #constraint(name: string, where: Constraint['where'], of: Expression, at: Place): void {
    const degree = this.#degreeOf(of) + (where === 'every' ? 0 : 1)
    if (degree > MAX_DEGREE) throw airError(at, `${name} has degree ${degree}, and ${MAX_DEGREE} is allowed`)
    this.#constraints.push({ name, where, of, at })
  }

  #message({ verb, bus, count, weight, fields, row, at }: StatementOf<'message'>, scope: Scope): void {
    const index = this.#asked.buses.findIndex(({ name }) => name === bus)
    const known = this.#asked.buses[index]
    if (known === undefined) throw airError(at, `no bus is called ${bus}`)
    const values = this.#evaluator.list(fields, scope, 'constraint').map(each => expression(each, at))
    if (values.length !== known.fields.length)
      throw airError(at, `${values.length} fields, and bus ${bus} has ${known.fields.join(', ')}`)
    const times = this.#evaluator.field(count, scope)
    for (const each of [times, ...values])
      if (this.#degreeOf(each) > MAX_DEGREE)
        throw airError(at, `degree ${this.#degreeOf(each)}, and ${MAX_DEGREE} is allowed`)
    const bound = weight === undefined ? undefined : Number(this.#evaluator.number(weight, scope))
    this.#interactions.push({
      bus: index,
      direction: verb === 'send' ? 'send' : 'receive',
      count: times,
      weight: bound ?? (verb === 'provide' ? 0 : 1),
      fields: values,
      row: row === undefined ? undefined : this.#overWords(known.fields).word(row, scope),
      at,
    })
    if (row !== undefined && !(times.op === 'column' && times.row === 0))
      throw airError(row.at, 'rows that messages are looked up in count them in one column')
  }

  /** Reads expressions over these words alone. */
  #overWords(names: readonly string[]): Evaluator {
    return new Evaluator({ ...this.#declared, words: inputs(names) })
  }

  #operands({ instructions, values, at }: StatementOf<'operands'>, scope: Scope): void {
    const reader = this.#overWords(CODING_INPUTS)
    const operands = reader.list(values, scope, 'rule').map(each => word(each, at))
    for (const coding of codingsOf({ names: instructions, operands, opcodes: this.#asked.instructions, at }))
      this.#codings.set(coding.instruction, coding)
  }

  #setHeight(value: Node, scope: Scope): void {
    const isSlots = value.kind === 'name' && value.name === 'slots'
    this.#height = isSlots ? 'slots' : Number(this.#evaluator.number(value, scope))
  }

  #for({ range, down, body }: StatementOf<'for'>, scope: Scope): void {
    const outer = scope.numbers.get(range.variable)
    for (const each of this.#evaluator.range(range, scope, down)) {
      scope.numbers.set(range.variable, each)
      this.run(body, scope)
    }
    if (outer === undefined) scope.numbers.delete(range.variable)
    else scope.numbers.set(range.variable, outer)
  }

  #chosen({ condition, chosen, otherwise }: StatementOf<'if'>, scope: Scope): readonly Statement[] {
    return this.#evaluator.number(condition, scope) === 0n ? otherwise : chosen
  }

  #call({ name, args, at }: StatementOf<'call'>, scope: Scope): void {
    const definition = this.#asked.definitions.get(name)
    if (definition === undefined) throw airError(at, `nothing is called ${name}`)
    if (definition.value !== undefined) throw airError(at, `${name} is an expression and no statement`)
    const called = this.#evaluator.calling(definition.parameters, args, scope, at)
    // Without parameters it is as if the statements stood here.
    const inner = args.length === 0 ? scope : called
    this.#evaluator.called(at, () => this.run(definition.body, inner))
  }
}

/** @throws RvrError `MACHINE_INVALID` naming file, line and column */
export function elaborate(statements: readonly Statement[], asked: Elaboration): Air {
  const declaration = new Declaration(asked)
  const scope = new Scope()
  for (const [name, value] of asked.parameters) scope.numbers.set(name, value)
  declaration.run(statements, scope)
  return declaration.air()
}
