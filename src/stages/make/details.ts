/** What the digests of a toolchain in a key stand for. */
import type { Detail, Details } from '../../store/explain/details.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'

/** Predefined macros by name. */
const macrosOf = (text: string): Detail =>
  Object.fromEntries([...text.matchAll(/^#define (\S+) ?(.*)$/gm)].map(([, name, value]) => [name!, value!]))

export function toolchainDetails({ cc, make, ld, programs, targetFacts }: Toolchain): Details {
  const tools = { cc, make, ld, ...Object.fromEntries(programs.map((tool, index) => [`program-${index}`, tool])) }
  const places = Object.entries(tools).map(([name, { path }]) => [`tool/${name}/digest`, { path }] as const)
  return { 'target/facts': macrosOf(targetFacts?.macros ?? ''), ...Object.fromEntries(places) }
}
