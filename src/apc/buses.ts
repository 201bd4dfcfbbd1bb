/** Buses of constraint systems, where the passes and the checker look for them. */
export * from '../air/system-buses.ts'
