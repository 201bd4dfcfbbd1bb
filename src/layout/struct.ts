/** Structs that C and TypeScript share: one definition each, in ffi/abi, for the C header and the host's views. */
import { resourceText } from '../resources.ts'

export interface Field {
  readonly name: string
  readonly type: 'uint8_t' | 'uint16_t' | 'uint32_t' | 'int32_t' | 'int64_t' | 'uint64_t'
  /** Present for arrays. */
  readonly count?: number
  /** Bytes from the struct's start. */
  readonly offset: number
  readonly about: string
}

export interface StructLayout {
  /** Bytes that the struct may take. */
  readonly bytes: number
  readonly fields: readonly Field[]
}

/** Reads the definition `ffi/abi/<name>.json`. */
export function readLayout<T extends StructLayout>(name: string): T {
  return JSON.parse(resourceText(`ffi/abi/${name}.json`)) as T
}

/** Byte offset of a field. */
export function offsetIn(layout: StructLayout, name: string): number {
  const field = layout.fields.find(candidate => candidate.name === name)
  if (field === undefined) throw new Error(`no field ${name}`)
  return field.offset
}

/** The struct's C declaration with an assertion for each offset. */
export function structHeader(layout: StructLayout, tag: string, comment: string): string {
  const lines = [`/* ${comment} */`, `struct ${tag} {`]
  for (const field of layout.fields)
    lines.push(
      `  ${field.type} ${field.name}${field.count === undefined ? '' : `[${field.count}]`}; /* ${field.about} */`,
    )
  lines.push('};')
  for (const field of layout.fields)
    lines.push(
      `_Static_assert(__builtin_offsetof(struct ${tag}, ${field.name}) == ${field.offset}, "offset of ${field.name}");`,
    )
  lines.push(`_Static_assert(sizeof(struct ${tag}) <= ${layout.bytes}, "size of struct ${tag}");`)
  return lines.join('\n') + '\n'
}
