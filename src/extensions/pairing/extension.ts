/** The extension `pairing`: hints for the final exponentiation (docs/guest-abi.md, "ABI openvm: extensions"). */
import * as v from 'valibot'
import { FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { HostRow } from '../../isa/row.ts'
import { configError } from '../config.ts'
import type { Extension, ExtensionDefinition } from '../extension.ts'
import { checkTable, list, shape, tablePath } from '../field/table.ts'
import { pairingCurves, type PairingCurve } from './curves.ts'
import { hintFinalExp } from './hint.ts'

const CUSTOM_1 = 0x2b
const FUNCT3 = 0b011
const CURVE_SHIFT = 4
const HINT_FINAL_EXP = 0

const names = pairingCurves.map(({ name }) => name)
const wanted = names.join(' or ')

const Table = shape({
  supported_curves: list(v.picklist(names, wanted), `a list of at most ${names.length} curves`, names.length),
})

/**
 * Which curve each number in the instruction means. Guests of OpenVM number the curves themselves, whatever their
 * configuration lists; a number that is then free means the curve at this position of the list.
 */
function numbered(curves: readonly PairingCurve[]): Map<number, PairingCurve> {
  const byNumber = new Map(curves.entries())
  for (const curve of curves) byNumber.set(curve.index, curve)
  return byNumber
}

function create(table: unknown): Extension {
  const { supported_curves: supported } = checkTable(Table, table, 'pairing')
  const twice = supported.findIndex((name, index) => supported.indexOf(name) !== index)
  if (twice !== -1)
    throw configError(`${tablePath('pairing')}.supported_curves.${twice}`, supported[twice], 'each curve once')
  const curves = numbered(supported.map(name => pairingCurves.find(curve => curve.name === name)!))
  const nameOf = (index: number): string => `pairing_${index}_hint_final_exp`
  const rows = [...curves.keys()]
    .toSorted((a, b) => a - b)
    .map((index): HostRow => ({
      kind: 'host',
      format: 'R',
      name: nameOf(index),
      mask: FUNCT7_MASK,
      match: rType(CUSTOM_1, FUNCT3, (index << CURVE_SHIFT) | HINT_FINAL_EXP),
    }))
  return {
    name: 'pairing',
    rows,
    handlers: Object.fromEntries([...curves].map(([index, curve]) => [nameOf(index), hintFinalExp(curve)])),
  }
}

export const pairing: ExtensionDefinition = { name: 'pairing', create }
