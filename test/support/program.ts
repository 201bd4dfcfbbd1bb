/** The program that the tests start as a process: the bundle that is made before them, as it starts in half the time. */
import { fileURLToPath } from 'node:url'

/** Path of the command line's entry. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** What every process may have of the tests' environment: where programs are, and what V8 has compiled of them. */
export const bareEnvironment = (): NodeJS.ProcessEnv => {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  return { PATH, NODE_COMPILE_CACHE }
}
