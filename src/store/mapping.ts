/** The short cut of a hit: which artifact key an input key leads to. */
import { replaceFile } from './durable.ts'
import { inputFile, isKey, type Layout } from './layout.ts'
import { readingFailed } from './lookup.ts'
import { readStoredText } from './open-file.ts'

const MAPPING_SCHEMA = 1

/** Reads a mapping: the artifact key, 'absent', or 'damaged'. */
export function readMapping(layout: Layout, inputKey: string): { readonly artifact: string } | 'absent' | 'damaged' {
  let text: string
  try {
    text = readStoredText(inputFile(layout, inputKey))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : readingFailed('it', error).state
  }
  try {
    // The mapping names its own key: a file that was renamed or copied leads nowhere.
    const { schema, input, artifact } = JSON.parse(text) as Record<string, unknown>
    return schema === MAPPING_SCHEMA && input === inputKey && typeof artifact === 'string' && isKey(artifact)
      ? { artifact }
      : 'damaged'
  } catch {
    return 'damaged'
  }
}

export async function writeMapping(layout: Layout, inputKey: string, artifact: string): Promise<void> {
  await replaceFile(
    layout.staging,
    inputFile(layout, inputKey),
    `${JSON.stringify({ schema: MAPPING_SCHEMA, input: inputKey, artifact })}\n`,
  )
}
