/** Milliseconds since some time before the process began: what `performance.now` is in the bundle. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
