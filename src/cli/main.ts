#!/usr/bin/env node
/** Entry of the `rvr` command: refuses runtimes that are too old before anything is loaded that they do not know. */

const required = [22, 3] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < required[0] || (major === required[0] && minor < required[1])) {
  const todo = "install a current Node.js, or `make install` in rvr's sources, which brings its own"
  const wanted = required.join('.')
  process.stderr.write(`rvr: error: rvr needs Node.js ${wanted} or newer, this is ${process.version}: ${todo}\n`)
  process.exitCode = 2
} else {
  const { end, start } = await import('./start.ts')
  end(await start(process.argv.slice(2)))
}
