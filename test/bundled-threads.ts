/** What `src/thread-starts.ts` is to tests: files of the bundle, which set-up.ts makes of the sources. */
const bundled = (file: string): URL => new URL(`../dist/${file}`, import.meta.url)

export const guestThread = bundled('run/worker-start.js')
export const generatorThread = bundled('stages/generator-start.js')
export const builderThread = bundled('apc/builder-start.js')
