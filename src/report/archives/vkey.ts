/** Answer of `rvr inspect` for a verifying key: parameters, what proofs under it are worth at least, AIRs, roles. */
import { keyFacts, type KeyAir, type KeyFacts } from '../../stark/key-facts.ts'
import type { Archive } from '../../archive/archive.ts'
import { greatestSize } from '../../stark/greatest.ts'
import { securityOf } from '../../stark/security.ts'
import type { AirMemo } from '../../air/listed.ts'
import type { Inside } from './inside.ts'
import { usualNames } from './usual-airs.ts'
import { line, table } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'
import { securityJson, securityText } from './security.ts'

/** Meanings of public values that chains of proofs know. */
const roleNames: Readonly<Record<number, string>> = {
  1: 'pc before',
  2: 'pc after',
  3: 'is last',
  4: 'exit code',
  5: 'memory root before',
  6: 'memory root after',
}

const roleName = (role: number): string => roleNames[role] ?? `role ${role}`

export function parameterText({ set, parameters }: Pick<KeyFacts, 'set' | 'parameters'>): string {
  const { logBlowUp, queries, logArity, logFinal, work } = parameters
  const { lookup, zeta, batch, fold, query } = work
  const counts = `blow-up ${2 ** logBlowUp}, ${count(queries, 'query', 'queries')}, folds by ${2 ** logArity} down to ${
    2 ** logFinal
  }`
  return `${set ?? 'of no set'}: ${counts}, work ${[lookup, zeta, batch, fold, query].join(' ')}`
}

function airRows(airs: readonly KeyAir[], names: readonly string[] | undefined): string[][] {
  return airs.map((air, index) => [
    names?.[index] ?? `AIR ${index}`,
    air.isRequired ? 'yes' : '',
    ...[air.mainWidth, air.fixedWidth, 4 * air.chunks, 4 * air.quotients].map(grouped),
    ...[air.constraints, air.interactions, air.degree].map(grouped),
    air.fixedLogHeight === undefined ? `to 2^${air.maxLogHeight}` : `2^${air.fixedLogHeight}`,
  ])
}

const HEADS = ['AIR', 'required', 'main', 'fixed', 'sum', 'quotient', 'constraints', 'messages', 'degree', 'rows']

/** @throws RvrError `ARCHIVE_INVALID` */
export function insideKey(archive: Archive, memo: AirMemo | undefined): Inside {
  const facts = keyFacts(archive)
  const { airs, roles, starts, set, parameters, maxLogHeight, buses, trees } = facts
  const names = usualNames(airs, memo)
  const security = securityOf(parameters, greatestSize(facts))
  const startText = starts.map(({ role, index, value }) => [roleName(role), String(index), String(value)])
  const roleRows = roles.map(({ role, air, first, count: values }) => {
    return [roleName(role), names?.[air] ?? `AIR ${air}`, String(first), String(values)]
  })
  return {
    json: {
      key: {
        set,
        parameters,
        maxLogHeight,
        buses,
        trees,
        security: securityJson(security),
        airs: airs.map((air, index) => ({ name: names?.[index], ...air })),
        roles,
        starts,
      },
    },
    head:
      line('parameters', parameterText(facts)) +
      line('tables', `${count(airs.length, 'AIR', 'AIRs')}, ${count(buses, 'bus', 'buses')}, ${trees} fixed trees`),
    tables: [
      '\nsecurity of any proof, at least\n',
      securityText(security),
      '\nAIRs\n',
      table([HEADS, ...airRows(airs, names)], 'llrrrrrrrr', '  '),
      roleRows.length > 0
        ? `\npublic values\n${table([['role', 'AIR', 'from', 'values'], ...roleRows], 'llrr', '  ')}`
        : '',
      startText.length > 0 ? `\nwhere a run starts\n${table(startText, 'lrr', '  ')}` : '',
    ].join(''),
  }
}
