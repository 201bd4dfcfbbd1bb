/** What tables of a configuration hold for extensions of field arithmetic: moduli and other numbers, checked. */
import * as v from 'valibot'
import { configError } from '../config.ts'
import { bitLength } from './constants.ts'

const MAX_BITS = 384
/** The instruction's funct7 numbers fields and curves in four bits. */
export const MAX_INSTANCES = 16

/** Every schema carries its wish twice: as message for a wrong value, as description for a missing one. */
function number(wanted: string) {
  return v.pipe(
    v.string(wanted),
    v.regex(/^(0x[0-9a-f]{1,200}|[0-9]{1,200})$/i, wanted),
    v.transform((text): bigint => BigInt(text)),
    v.description(wanted),
  )
}

const modulusWanted = `an odd number from 3 to 2^${MAX_BITS} - 1 as a string, decimal or hexadecimal with 0x`

/** A number that fits into an element. */
export const Residue = number('a number as a string, decimal or hexadecimal with 0x')
/** What ffi/field/field.h can compute with. */
export const Modulus = v.pipe(
  number(modulusWanted),
  v.check(p => p >= 3n && p % 2n === 1n && bitLength(p) <= MAX_BITS, modulusWanted),
  v.description(modulusWanted),
)

/** A text without meaning to rvr. */
export const Name = v.pipe(v.string('a name'), v.description('a name'))

export function list<const Item extends v.GenericSchema>(item: Item, wanted: string, most = MAX_INSTANCES) {
  return v.pipe(v.array(item, wanted), v.maxLength(most, wanted), v.description(wanted))
}

/** An object with these fields; others are ignored. */
export function shape<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.object(entries, issue => {
      const missing = entries[String(issue.path?.at(-1)?.key)]
      return (missing && v.getDescription(missing)) ?? 'a table'
    }),
    v.description('a table'),
  )
}

/** The dot path of an extension's table. */
export const tablePath = (name: string): string => `app_vm_config.${name}`

/**
 * The content of the table `name`.
 *
 * @throws RvrError `CONFIG_INVALID`
 */
export function checkTable<Schema extends v.GenericSchema>(
  schema: Schema,
  table: unknown,
  name: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, table, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  throw configError(path === null ? tablePath(name) : `${tablePath(name)}.${path}`, issue.input, issue.message)
}
