/** A guest's configuration file (`openvm.toml`), and the errors of its fields. */
import { dirname, join } from 'node:path'
import { RvrError, messageOf, shown } from '../errors.ts'
import { readInputText } from '../files/read.ts'
import type { GuestConfig } from './abi.ts'

/** The file that lies beside a guest. */
const FILE = 'openvm.toml'
const VM_TABLE = 'app_vm_config'

/** The error for a field, named by its dot path. */
export function configError(field: string, found: unknown, wanted: string): RvrError {
  return new RvrError('CONFIG_INVALID', `field ${field}: found ${shown(found)}, wanted ${wanted}`, {
    hint: 'docs/extensions.md describes every field.',
    details: { field, found: shown(found), wanted },
  })
}

/** The same error, saying which configuration it is in. */
export function inConfig(origin: string, error: unknown): unknown {
  if (!(error instanceof RvrError) || error.code !== 'CONFIG_INVALID' || error.details['field'] === undefined)
    return error
  return new RvrError('CONFIG_INVALID', `configuration ${origin}: ${error.message}`, {
    hint: error.hint,
    cause: error,
    details: { ...error.details, origin },
  })
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Takes `app_vm_config` out of a parsed configuration.
 *
 * @throws RvrError `CONFIG_INVALID`
 */
export function configOf(data: unknown, origin: string): GuestConfig {
  const tables = isTable(data) ? (data[VM_TABLE] ?? {}) : undefined
  try {
    if (!isTable(tables)) throw configError(VM_TABLE, isTable(data) ? tables : data, 'a table')
    for (const [name, table] of Object.entries(tables))
      if (!isTable(table)) throw configError(`${VM_TABLE}.${name}`, table, 'a table')
  } catch (error) {
    throw inConfig(origin, error)
  }
  return { origin, tables }
}

/**
 * The configuration in a TOML file.
 *
 * @throws RvrError `IO`, `ABORTED`, `CONFIG_INVALID` (no TOML: the message says line and column; or a field that does
 *   not fit)
 */
export async function loadConfig(path: string, signal?: AbortSignal): Promise<GuestConfig> {
  const text = await readInputText('config', path, signal)
  const { parse } = await import('smol-toml')
  let data: unknown
  try {
    data = parse(text)
  } catch (cause) {
    throw new RvrError('CONFIG_INVALID', `configuration ${path}: no TOML: ${messageOf(cause).split('\n')[0]}`, {
      hint: 'docs/extensions.md has an example.',
      cause,
      details: { path },
    })
  }
  return configOf(data, path)
}

/** The configuration that lies beside a guest file; undefined where there is none. */
export async function configBeside(guest: string, signal?: AbortSignal): Promise<GuestConfig | undefined> {
  const path = join(dirname(guest), FILE)
  try {
    return await loadConfig(path, signal)
  } catch (error) {
    if (
      error instanceof RvrError &&
      error.code === 'IO' &&
      (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
    )
      return undefined
    throw error
  }
}
