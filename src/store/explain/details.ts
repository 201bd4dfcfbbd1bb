/** What lies behind digests in keys, kept in the store so that a difference between two digests can be named. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { digestBytes, type KeyPart } from '../digest.ts'
import { replaceFile } from '../durable.ts'
import { generatorFiles } from '../../stages/library/generator-digest.ts'
import type { Layout } from '../layout.ts'
import { readStoredText } from '../open-file.ts'
import type { Extension } from '../../extensions/extension.ts'
import type { MachineFile } from '../../machine/machine.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'

/** Named values behind one part's digest. */
export type Detail = Readonly<Record<string, string>>
/** By name of the part. */
export type Details = Readonly<Record<string, Detail>>

const fileOf = (layout: Layout, part: KeyPart): string =>
  join(layout.details, `${part.name.replaceAll('/', '-')}-${part.value}.json`)

/** Keeps what is not there yet. Rejects with the file system's error. */
export async function writeDetails(layout: Layout, parts: readonly KeyPart[], details: Details): Promise<void> {
  for (const part of parts) {
    const detail = details[part.name]
    if (detail === undefined || existsSync(fileOf(layout, part))) continue
    await replaceFile(layout.staging, fileOf(layout, part), `${JSON.stringify(detail)}\n`)
  }
}

/** The detail of a stored part; undefined when it is not known (any more). */
export function readDetail(layout: Layout, part: KeyPart): Detail | undefined {
  try {
    const value: unknown = JSON.parse(readStoredText(fileOf(layout, part)))
    const isDetail =
      typeof value === 'object' && value !== null && Object.values(value).every(item => typeof item === 'string')
    return isDetail ? (value as Detail) : undefined
  } catch {
    return undefined
  }
}

/** `{a: {b: 1}}` → `{'a.b': '1'}`; members of lists go by their `name`, if they have one. */
function flattened(value: unknown, path: string, into: Record<string, string>): Record<string, string> {
  if (typeof value !== 'object' || value === null) {
    into[path] = String(value)
    return into
  }
  for (const [field, member] of Object.entries(value)) {
    const { name } = (typeof member === 'object' && member !== null ? member : {}) as { name?: unknown }
    const step = Array.isArray(value) && typeof name === 'string' ? name : field
    flattened(member, path === '' ? step : `${path}.${step}`, into)
  }
  return into
}

/** Predefined macros by name. */
const macrosOf = (text: string): Detail =>
  Object.fromEntries([...text.matchAll(/^#define (\S+) ?(.*)$/gm)].map(([, name, value]) => [name!, value!]))

/** What the digests in an input key stand for. */
export function keyDetails({
  toolchain,
  machine,
  extensions,
}: {
  toolchain: Toolchain
  machine: MachineFile
  extensions: readonly Extension[]
}): Details {
  const { cc, make, ld, programs } = toolchain
  const tools = { cc, make, ld, ...Object.fromEntries(programs.map((tool, index) => [`program-${index}`, tool])) }
  return {
    generator: generatorFiles(),
    machine: flattened(JSON.parse(JSON.stringify(machine)), '', {}),
    'target/facts': macrosOf(toolchain.targetFacts?.macros ?? ''),
    'input/extensions': Object.fromEntries(
      extensions.map(({ name, rows, files }) => [name, digestBytes(JSON.stringify([rows, files ?? []])).slice(0, 16)]),
    ),
    ...Object.fromEntries(Object.entries(tools).map(([name, tool]) => [`tool/${name}/digest`, { path: tool.path }])),
  }
}
