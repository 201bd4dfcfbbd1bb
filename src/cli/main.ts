#!/usr/bin/env node
/** Entry of the `rvr` command: refuses runtimes that are too old, then hands over to the program. */
const required = 22
if (Number(process.versions.node.split('.')[0]) < required) {
  process.stderr.write(`rvr: error: rvr needs Node.js ${required} or newer, this is ${process.version}\n  hint: Install a current Node.js from https://nodejs.org or your distribution.\n`)
  process.exitCode = 2
} else {
  const { main } = await import('./program.ts')
  process.exitCode = await main(process.argv.slice(2))
}

export {}
