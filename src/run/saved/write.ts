/** Writes a saved run: whole or not at all, readable by its owner alone. */
import { writeArchive, type Content } from '../../archive/write.ts'
import { checkOutput } from '../../files/write.ts'

const FAILURE = 'cannot save the run to'

/** The directory's own error says why before anything has been computed. @throws RvrError `IO`. */
export const checkTarget = (file: string): Promise<void> => checkOutput(file, { failure: FAILURE })

/** @returns the file's absolute path. @throws RvrError `IO`, `ABORTED`, `USAGE` (memory was written to meanwhile). */
export function writeSaved(file: string, content: Content, signal?: AbortSignal): Promise<string> {
  // The file holds whatever the guest was given: it is for its owner alone.
  return writeArchive(file, content, { mode: 0o600, durable: true, isLive: true, signal, failure: FAILURE })
}
