/** Extensions that are not rvr's: loaded from a module of their author, checked before anything trusts them. */
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as v from 'valibot'
import { RvrError, messageOf } from '../errors.ts'
import { inputKinds } from '../files/kinds.ts'
import { tooLarge } from '../files/refusal.ts'
import type { CallRow } from '../isa/row.ts'
import type { Extension, ExtensionDefinition } from './extension.ts'
import { guarded } from './own-functions.ts'

const MODULES = ['extension.ts', 'extension.js', 'extension.mjs', 'extension.mts', 'extension.cjs']

/**
 * The module of an extension: `path` itself, or one of `MODULES` in it. Returns a file URL.
 *
 * @throws RvrError `IO` when there is none
 */
export async function ownModule(path: string): Promise<string> {
  for (const candidate of [path, ...MODULES.map(name => resolve(path, name))]) {
    const found = await stat(candidate).catch(() => undefined)
    if (found?.isFile() !== true) continue
    if (found.size > inputKinds.extensionModule.limit) throw tooLarge('extensionModule', candidate)
    return pathToFileURL(resolve(candidate)).href
  }
  throw new RvrError('IO', `there is no extension at ${path}`, {
    hint: `Give a module, or a folder with one of ${MODULES.join(', ')}.`,
    details: { path },
  })
}

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_.]{0,60}$/, 'a lower-case letter, then lower-case letters, digits, _ or .'),
)
const word = v.pipe(
  v.number(),
  v.integer('a 32-bit word'),
  v.minValue(-(2 ** 31), 'a 32-bit word'),
  v.maxValue(2 ** 32 - 1, 'a 32-bit word'),
  v.transform(value => value | 0),
)
const register = v.picklist(['rd', 'rs1', 'rs2'])
const access = v.picklist(['read', 'write', 'update'])
const MAX_BYTES = 4096
const MAX_ROWS = 1000
const bytes = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_BYTES, `at most ${MAX_BYTES} bytes`))
const only = v.optional(v.picklist([32, 64]))
const callable = v.custom<(...args: never[]) => unknown>(value => typeof value === 'function', 'a function')
/** Names that generated code has for itself. */
const cName = v.pipe(
  v.string(),
  v.regex(
    /^(?!r_|resume_|leave|enter|rvr_)[A-Za-z_]\w{0,100}$/,
    'a C identifier that begins with none of r_, resume_, leave, enter, rvr_',
  ),
)

const HostRow = v.strictObject({
  kind: v.literal('host'),
  name,
  format: v.picklist(['R', 'I', 'S', 'B']),
  mask: word,
  match: word,
  only,
})
const CallRow = v.strictObject({
  kind: v.literal('call'),
  name,
  format: v.picklist(['R', 'I', 'B']),
  mask: word,
  match: word,
  only,
  operands: v.pipe(
    v.array(
      v.union(
        [
          v.strictObject({ register, access, bytes }),
          v.strictObject({
            register: v.picklist(['rd', 'rs1']),
            access,
            bytes: v.literal('rs2'),
            most: bytes,
            inWords: v.optional(v.literal(true)),
          }),
          v.strictObject({ register, access: v.literal('value') }),
        ],
        'an operand: {register, access, bytes}',
      ),
    ),
    v.minLength(1),
    v.maxLength(3),
  ),
  result: v.optional(v.picklist(['register', 'branch'])),
  c: cName,
  files: v.optional(v.array(v.string())),
  extraRows: v.optional(v.record(name, v.pipe(v.number(), v.integer(), v.minValue(1)))),
  execute: callable,
})
const chip = v.strictObject({
  name: v.string(),
  width: v.pipe(v.number(), v.integer(), v.minValue(1)),
  interactions: v.pipe(v.number(), v.integer(), v.minValue(0)),
  nextRow: v.optional(v.boolean()),
  operations: v.array(name),
})
const text = v.strictObject({
  path: v.pipe(v.string(), v.regex(/^[\w-]+\.[ch]$/, 'a file name that ends in .c or .h')),
  content: v.string(),
})
const OwnExtension = v.strictObject({
  name,
  rows: v.pipe(v.array(v.variant('kind', [HostRow, CallRow], 'a row of kind call or host')), v.minLength(1)),
  handlers: v.optional(v.record(v.string(), callable)),
  effects: v.optional(v.record(v.string(), callable)),
  files: v.optional(v.array(text)),
  sources: v.optional(v.array(v.string())),
  headers: v.optional(v.array(v.string())),
  libraries: v.optional(v.array(v.string())),
  chips: v.optional(v.array(chip)),
})

/**
 * Loads the module at a file URL. Its default export is an `Extension`, or an `ExtensionDefinition` that makes one from
 * a table of the guest's configuration. Relative paths in it count from the module's folder.
 *
 * @throws RvrError `IO` (the module cannot be loaded), `CONFIG_INVALID` (what it exports does not fit)
 */
export async function loadOwn(url: string): Promise<ExtensionDefinition> {
  let exported: unknown
  try {
    exported = defaultOf((await import(url)) as { default?: unknown })
  } catch (cause) {
    // A syntax error at the first `export` or `import`: Node takes the file for CommonJS.
    const isCommonJs =
      cause instanceof SyntaxError && /'?(export|import)'?|import statement/.test(cause.message) && /\.[jt]s$/.test(url)
    const hint = isCommonJs
      ? 'A package.json beside or above it says that it is CommonJS: ' +
        'name it extension.mjs or extension.mts, or assign to module.exports.'
      : 'Run it with Node by itself to see the whole error.'
    throw new RvrError('IO', `the extension ${fileURLToPath(url)} cannot be loaded: ${messageOf(cause)}`, {
      hint,
      cause,
      details: { path: fileURLToPath(url) },
    })
  }
  const folder = dirname(fileURLToPath(url))
  const made = exported as Partial<ExtensionDefinition>
  if (typeof exported === 'object' && exported !== null && typeof made.create === 'function') {
    const definition = exported as ExtensionDefinition
    return {
      ...definition,
      implied: definition.implied ?? {},
      create: table => checked(created(definition, table, url), url, folder),
    }
  }
  const extension = checked(exported, url, folder)
  return { name: extension.name, implied: {}, create: () => extension }
}

/** The default export; compilers that write CommonJS put it one level down. */
function defaultOf({ default: value }: { default?: unknown }): unknown {
  return typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
    ? value.default
    : value
}

/** Whatever the author's code throws says what does not fit. */
function created(definition: ExtensionDefinition, table: unknown, url: string): unknown {
  try {
    return definition.create(table)
  } catch (cause) {
    if (cause instanceof RvrError) throw cause
    throw new RvrError('CONFIG_INVALID', `the extension ${fileURLToPath(url)}: ${messageOf(cause)}`, {
      hint: 'Correct its table in the configuration, or the extension.',
      cause,
      details: { path: fileURLToPath(url) },
    })
  }
}

/** Registers that an instruction of a format names. */
const REGISTERS: Readonly<Record<string, readonly string[]>> = {
  R: ['rd', 'rs1', 'rs2'],
  I: ['rd', 'rs1'],
  B: ['rs1', 'rs2'],
}

function operandError({ format, operands, result }: CallRow): string | undefined {
  const absent = operands
    .flatMap(operand => ('most' in operand ? [operand.register, 'rs2'] : [operand.register]))
    .find(name => !REGISTERS[format]!.includes(name))
  if (absent !== undefined) return `format ${format} has no register ${absent}`
  // A taken branch may still trap, and a trap changes nothing.
  if (result === 'branch' && operands.some(({ access }) => access === 'write' || access === 'update'))
    return 'a branch reads its operands and writes none'
  return undefined
}

function checked(value: unknown, url: string, folder: string): Extension {
  const refuse = (what: string, field?: string): RvrError =>
    new RvrError('CONFIG_INVALID', `the extension ${fileURLToPath(url)}: ${what}`, {
      hint: 'docs/extensions.md describes what an extension is made of.',
      details: { path: fileURLToPath(url), field },
    })
  const result = v.safeParse(OwnExtension, value, { abortEarly: true })
  if (!result.success) {
    const field = v.getDotPath(result.issues[0]) ?? 'default export'
    throw refuse(`field ${field}: ${result.issues[0].message}`, field)
  }
  const extension = result.output as unknown as Extension
  for (const row of extension.rows) {
    if ((row.match & ~row.mask) !== 0) throw refuse(`instruction ${row.name}: match has bits outside of mask`)
    if ((row.mask & 0x7f) !== 0x7f || ![0x0b, 0x2b, 0x5b, 0x7b].includes(row.match & 0x7f))
      throw refuse(`instruction ${row.name}: its opcode has to be one of custom-0 to custom-3 (0x0b, 0x2b, 0x5b, 0x7b)`)
    if (row.kind === 'host' && extension.handlers?.[row.name] === undefined)
      throw refuse(`instruction ${row.name} is a host instruction without a handler`)
    if (row.kind === 'call' && (row.result === 'branch') !== (row.format === 'B'))
      throw refuse(`instruction ${row.name}: a branch has format B, and only a branch`)
    const wrong = row.kind === 'call' ? operandError(row) : undefined
    if (wrong !== undefined) throw refuse(`instruction ${row.name}: ${wrong}`)
    const missing =
      row.kind === 'call' ? row.files?.find(path => !extension.files?.some(file => file.path === path)) : undefined
    if (missing !== undefined) throw refuse(`instruction ${row.name} needs the file ${missing}, which is not in files`)
    const extra = row.kind === 'call' ? Object.values(row.extraRows ?? {}).reduce((sum, count) => sum + count, 0) : 0
    if (extra + 1 > MAX_ROWS) throw refuse(`instruction ${row.name} adds ${extra + 1} rows, more than ${MAX_ROWS}`)
  }
  const stems = (extension.sources ?? []).map(path => basename(path, extname(path)))
  const twice = stems.find((stem, index) => stems.indexOf(stem) !== index)
  if (twice !== undefined) throw refuse(`two sources have the name ${twice}`, 'sources')
  const at = (path: string): string => {
    const absolute = isAbsolute(path) ? path : resolve(folder, path)
    if (!/^[\w./@+,=~-]+$/.test(absolute))
      throw refuse(`the path ${absolute} has characters that make does not take; move the extension`)
    return absolute
  }
  return {
    ...guarded(extension),
    sources: (extension.sources ?? []).map(at),
    headers: (extension.headers ?? []).map(at),
    libraries: (extension.libraries ?? []).map(at),
  }
}
