/** Input records as the command line writes them: `--input SPEC` and the files of `--input-file`. */
import { RvrError, messageOf } from '../../errors.ts'
import { STANDARD_INPUT } from '../../files/standard-input.ts'
import { readInput, readInputText } from '../../files/read.ts'
import { hex, u32, u64, utf8 } from '../../sdk/inputs.ts'

/** The accepted forms, for help texts and errors. */
export const INPUT_FORMS =
  'hex:DIGITS, 0x01DIGITS (bytes), 0x02DIGITS (field words), u32:N, u64:N, utf8:TEXT, file:PATH (- is standard input)'
/** Order of OpenVM's field: a word of the `0x02` form is below it. */
const FIELD_ORDER = 0x7800_0001

function invalid(spec: string, problem: string, cause?: unknown): RvrError {
  return new RvrError(
    'INPUT_INVALID',
    `input ${JSON.stringify(spec.length > 80 ? `${spec.slice(0, 80)}…` : spec)}: ${problem}`,
    {
      hint: `Accepted forms: ${INPUT_FORMS}.`,
      details: { spec },
      ...(cause !== undefined && { cause }),
    },
  )
}

function digits(spec: string, text: string): Uint8Array {
  try {
    return hex(text)
  } catch (cause) {
    throw invalid(spec, messageOf(cause), cause)
  }
}

function integer(spec: string, text: string, encode: (value: bigint) => Uint8Array): Uint8Array {
  if (!/^(\d+(_\d+)*|0x[0-9a-f]+)$/i.test(text)) throw invalid(spec, `${JSON.stringify(text)} is not a whole number`)
  try {
    return encode(BigInt(text.replaceAll('_', '')))
  } catch (cause) {
    throw invalid(spec, messageOf(cause), cause)
  }
}

/**
 * OpenVM's form: `01` and bytes, or `02` and little-endian u32 field words, of which a guest of this ABI sees the
 * lowest byte each.
 */
function prefixed(spec: string): Uint8Array {
  const bytes = digits(spec, spec.slice(2))
  const payload = bytes.subarray(1)
  if (bytes[0] === 1) return payload.slice()
  if (bytes[0] !== 2) throw invalid(spec, 'the first byte has to be 01 (bytes follow) or 02 (field words follow)')
  if (payload.length % 4 !== 0)
    throw invalid(spec, `${payload.length} bytes follow 02, which is no whole number of 4-byte words`)
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  return Uint8Array.from({ length: payload.length / 4 }, (_, index) => {
    const word = view.getUint32(index * 4, true)
    if (word >= FIELD_ORDER)
      throw invalid(spec, `word ${index} is ${word}, but field elements are below ${FIELD_ORDER}`)
    return word & 0xff
  })
}

/**
 * One `--input SPEC` as a record of bytes.
 *
 * @throws RvrError `INPUT_INVALID` naming the spec and the accepted forms; `details` is {spec}; `IO`, `ABORTED`
 */
export async function parseInput(spec: string, signal?: AbortSignal): Promise<Uint8Array> {
  if (/^0x/i.test(spec)) return prefixed(spec)
  const colon = spec.indexOf(':')
  const value = spec.slice(colon + 1)
  switch (colon < 0 ? undefined : spec.slice(0, colon)) {
    case 'hex':
      return digits(spec, value)
    case 'u32':
      return integer(spec, value, u32)
    case 'u64':
      return integer(spec, value, u64)
    case 'utf8':
      return utf8(value)
    case 'file':
      if (value === '') throw invalid(spec, 'it names no file')
      return readInput('input', value === '-' ? STANDARD_INPUT : value, signal)
    default:
      throw invalid(spec, 'not a form of input')
  }
}

/**
 * The records of an OpenVM input file: `{"input": ["0x01…", …]}`. Every form of `--input` is accepted in it.
 *
 * @throws RvrError `INPUT_INVALID` naming the file and what is wrong with it; `IO`, `ABORTED`
 */
export async function readInputFile(path: string, signal?: AbortSignal): Promise<Uint8Array[]> {
  const fail = (problem: string, cause?: unknown): RvrError =>
    new RvrError('INPUT_INVALID', `input file ${path}: ${problem}`, {
      hint: 'The file has to look like {"input": ["0x01…", "u64:5"]}.',
      details: { path },
      ...(cause !== undefined && { cause }),
    })
  const text = await readInputText('inputList', path, signal)
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw fail(messageOf(cause), cause)
  }
  const specs = typeof data === 'object' && data !== null && 'input' in data ? data.input : undefined
  if (!Array.isArray(specs)) throw fail('there is no array "input" in it')
  return Promise.all(
    specs.map(async (spec: unknown, index) => {
      if (typeof spec !== 'string') throw fail(`input[${index}] is no string`)
      // OpenVM accepts its form without 0x too.
      return parseInput(/^0[12]([0-9a-f]{2})*$/i.test(spec) ? `0x${spec}` : spec, signal)
    }),
  )
}
