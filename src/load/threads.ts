/** On how many threads native code works. */
import { availableParallelism } from 'node:os'

/** More are of no use, and C has room for no more (templates/threads/threads.h). */
export const MOST_THREADS = 64

/** Of this machine's cores, as many as native code may have. */
export const coreThreads = (): number => Math.min(availableParallelism(), MOST_THREADS)
