/** What filling takes at most, and on how many threads. */
import { availableParallelism } from 'node:os'

/** Bytes of a segment's tables. */
export const DEFAULT_MEMORY_BYTES = 2 ** 31
/** More threads are of no use, and C has room for no more. */
const MOST_THREADS = 64

/** Default: one for each core. */
export const threadsOf = ({ threads = availableParallelism() }: { readonly threads?: number | undefined }): number =>
  Math.min(threads, MOST_THREADS)
