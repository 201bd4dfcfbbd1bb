/** The guest ABIs by name, and the extensions that a configuration turns on. */
import type { AbiChoice, AbiName, GuestAbi, GuestConfig, GuestSystem } from './abi.ts'
import { composeAbi } from './compose.ts'
import { inConfig } from './config.ts'
import type { Extension, ExtensionDefinition } from './extension.ts'
import { htif } from './htif/htif.ts'
import { int256 } from './int256/extension.ts'
import { openvm } from './io/openvm.ts'
import { keccak } from './keccak/extension.ts'
import { linux } from './linux/linux.ts'
import { sha2 } from './sha2/extension.ts'

export { decoderFor } from './compose.ts'

const systems: Readonly<Record<AbiName, GuestSystem>> = { openvm, linux, htif }

/** The extensions that guests of ABI `openvm` have unless their configuration says otherwise. */
const implied: readonly ExtensionDefinition[] = [keccak, sha2, int256]

/** Those that only a configuration turns on, by the name of its table: most runs never load them. */
const configured: Readonly<Record<string, () => Promise<ExtensionDefinition>>> = {
  modular: async () => (await import('./modular/extension.ts')).modular,
  fp2: async () => (await import('./fp2/extension.ts')).fp2,
  ecc: async () => (await import('./ecc/extension.ts')).ecc,
  pairing: async () => (await import('./pairing/extension.ts')).pairing,
}

/**
 * Tables of a configuration that turn nothing on: every guest has the base sets, and provers have settings that change
 * no result.
 */
const NEUTRAL_TABLES: ReadonlySet<string> = new Set(['rv32i', 'rv32m', 'rv64i', 'rv64m', 'io', 'system'])

/** The names that `abiNamed` knows, for help texts. */
export const abiNames = Object.keys(systems) as readonly AbiName[]

const tablesOf = ({ name, tables }: ExtensionDefinition): readonly string[] => tables ?? [name]

/** What a definition makes of a configuration, or of none; undefined where it is off. */
function turnOn(definition: ExtensionDefinition, config: GuestConfig | undefined): Extension | undefined {
  const name = tablesOf(definition).find(table => config?.tables[table] !== undefined)
  const listed = name === undefined ? undefined : config?.tables[name]
  const table = config === undefined ? definition.implied : listed
  if (table === undefined) return undefined
  try {
    return definition.create(table)
  } catch (error) {
    throw inConfig(config?.origin ?? '<default>', error)
  }
}

/** Tables of a configuration that no extension knows: their instructions will end the guest. */
export function unknownTables(config: GuestConfig, own: readonly string[] = []): string[] {
  const known = new Set([...implied.flatMap(tablesOf), ...Object.keys(configured), ...own])
  return Object.keys(config.tables).filter(table => !known.has(table) && !NEUTRAL_TABLES.has(table))
}

const plain = new Map<AbiName, GuestAbi>()

/** The guest ABI of a name, with the extensions that need no configuration. */
export function abiNamed(name: AbiName): GuestAbi {
  let abi = plain.get(name)
  if (abi === undefined)
    plain.set(
      name,
      (abi = composeAbi(
        systems[name],
        name === 'openvm' ? implied.flatMap(definition => turnOn(definition, undefined) ?? []) : [],
        { name },
      )),
    )
  return abi
}

/**
 * The guest ABI for a choice.
 *
 * @throws RvrError `CONFIG_INVALID` (a field of the configuration, an own extension, or two extensions that claim one
 *   encoding),
 *   `IO` (an own extension cannot be loaded, or a file of it cannot be read)
 */
export async function guestAbi(choice: AbiChoice): Promise<GuestAbi> {
  const { name, sets, memory, config, extensions = [] } = choice
  if (sets === undefined && memory === undefined && config === undefined && extensions.length === 0)
    return abiNamed(name)
  const asked = config === undefined ? [] : Object.keys(configured).filter(table => config.tables[table] !== undefined)
  const shipped =
    name === 'openvm' ? [...implied, ...(await Promise.all(asked.map(table => configured[table]!())))] : []
  const own = extensions.length === 0 ? [] : await Promise.all(extensions.map((await import('./own.ts')).loadOwn))
  const on = [
    ...shipped.map(definition => turnOn(definition, config)),
    // What nobody configures is on as its author meant it.
    ...own.map(definition =>
      turnOn(definition, tablesOf(definition).some(table => config?.tables[table] !== undefined) ? config : undefined),
    ),
  ]
  return composeAbi(
    systems[name],
    on.filter(extension => extension !== undefined),
    choice,
  )
}
