/** A plan of pairs → 64-bit C variables beside the registers. */
import type { Half, Operand, Operation, PairPlan, Source, Step } from '../../analysis/pairs/operations.ts'
import { registerNames } from '../../isa/registers.ts'
import { carriedName, wordName } from '../loops/word-variables.ts'
import { addressOf } from '../operands.ts'

const pairName = (pair: number): string => `p${pair}`
const copyName = (copy: number): string => `v${copy}`

/** A register's new value where that is the half of a pair. */
export const renamed = (register: number, half: Half): string => `${registerNames[register]!} = ${halfText(half)};`

/** The statements in front of instruction `index`. */
export const pairStatements = ({ before }: PairPlan, index: number): string[] => before[index]!.map(stepText)

function stepText(step: Step): string {
  switch (step.kind) {
    case 'copy':
      return `reg ${copyName(step.copy)} = ${registerNames[step.register]!};`
    case 'compute':
      return `uint64_t ${pairName(step.pair)} = ${operationText(step.operation)};`
    case 'rename':
      return renamed(step.register, step.half)
  }
}

const halfText = ({ pair, isUpper }: Half): string =>
  isUpper ? `(reg)(${pairName(pair)} >> 32)` : `(reg)${pairName(pair)}`

function sourceText(source: Source): string {
  switch (source.kind) {
    case 'constant':
      return `(reg)0x${source.value.toString(16)}u`
    case 'half':
      return halfText(source)
    case 'register':
      return registerNames[source.register]!
    case 'copy':
      return copyName(source.copy)
  }
}

function operandText(operand: Operand): string {
  if (operand.kind === 'constant') return `(uint64_t)0x${operand.value.toString(16)}u`
  const name = pairName(operand.pair)
  return operand.isTurned ? `(${name} << 32 | ${name} >> 32)` : name
}

const signs = { add: '+', sub: '-', and: '&', or: '|', xor: '^' } as const

/** An expression of type uint64_t, or one that is converted to it without a change. */
function operationText(operation: Operation): string {
  switch (operation.kind) {
    case 'combine': {
      const { low, high } = operation
      const upper = `(uint64_t)${sourceText(high)} << 32`
      return low.kind === 'constant' && low.value === 0 ? upper : `${upper} | ${sourceText(low)}`
    }
    case 'extend':
      return sourceText(operation.value)
    case 'extendSigned':
      return `(uint64_t)(int64_t)(sreg)${sourceText(operation.value)}`
    case 'load':
      return `*(u64 *)(m + ${addressOf(operation.base, operation.offset)})`
    case 'words':
      return `(uint64_t)${wordName(operation.high)} << 32 | ${wordName(operation.low)}`
    case 'carried':
      return carriedName(operation.index)
    case 'mul':
    case 'mulSigned':
    case 'mulMixed':
      return productText(operation.kind, operation.factors.map(sourceText) as [string, string])
    case 'rotate': {
      const name = pairName(operation.pair)
      return `${name} << ${operation.amount} | ${name} >> ${64 - operation.amount}`
    }
    case 'left':
      return `${operandText(operation.operand)} << ${operation.amount}`
    case 'right':
      return `${operandText(operation.operand)} >> ${operation.amount}`
    case 'rightSigned':
      return `(uint64_t)((int64_t)${operandText(operation.operand)} >> ${operation.amount})`
    default: {
      const [first, second] = operation.operands
      return `${operandText(first)} ${signs[operation.kind]} ${operandText(second)}`
    }
  }
}

function productText(kind: 'mul' | 'mulSigned' | 'mulMixed', [first, second]: readonly [string, string]): string {
  if (kind === 'mul') return `(uint64_t)${first} * ${second}`
  const signed = `(int64_t)(sreg)${first}`
  return `(uint64_t)(${signed} * ${kind === 'mulSigned' ? `(sreg)${second}` : `(int64_t)(uint64_t)${second}`})`
}
