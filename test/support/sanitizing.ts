/** With `make sanitize` all C is compiled to watch itself; test/sanitize.ts says how. */
export const sanitizingCompiler = process.env['RVR_SANITIZING_CC']
