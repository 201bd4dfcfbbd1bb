/** The order of test files: the dearest first, so that no worker is left alone with one of them at the end. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Those that take longest, below test/; what others find in the shared cache comes first. A name too few or too many only
 * costs time.
 */
const DEAREST = [
  'docs/commands',
  'run/engines-agree',
  'differential/random',
  'metering/plain-agreement',
  'report/schemas',
  'trace/recording',
  'trace/engine',
  'stark/attacks/segment',
  'sdk/tiers',
  'trace/check/native',
  'modes/shards/crossings',
  'modes/shards/random',
  'differential/bit-manipulation',
  'differential/compressed',
  'trace/random',
  'sdk/atomics',
  'trace/many-guests',
  'cli/e2e-trace',
  'sdk/apc',
  'modes/calls/touches',
  'modes/calls/engines',
  'trace/check/mutations',
  'run/memory-windows',
  'trace/native/blocks',
  'run/lifecycle',
  'modes/preflight/random',
  'trace/resumed',
  'air/effects',
  'apc/processes',
  'e2e/compile-failure',
  'trace/endings',
  'streams/transfers',
  'real-guests/sqlite-script',
  'extensions/guests/extension-probe',
  'run/saved-totals',
  'differential/corner-values',
  'differential/calls',
  'extensions/guests/pairing-check',
  'run/survival',
  'run/reuse',
  'run/profile-counts',
  'real-guests/secp-verify',
  'air/mutations',
  'air/corners',
  'metering/swelling',
  'modes/added',
  'stages/library/generator/generators',
  'extensions/guests/kitchen-sink',
  'docs/sdk',
  'metering/one-truth',
  'cli/e2e-cost',
  'metering/touches',
  'run/instruction-limits',
  'run/saved-files',
  'run/stop-tests',
  'run/counted-loops',
  'metering/stops',
  'run/tiers',
  'run/calls',
  'run/native-interpreter',
  'cli/e2e-toolchain',
  'e2e/extension-cache',
  'stages/library/keys/processes',
  'extensions/own/tiny',
  'extensions/published-vectors',
  'extensions/guests/ecrecover',
  'extensions/modular',
  'run/check',
  'run/loops',
  'cli/e2e-saved',
  'e2e/unusable-cache',
  'run/stopping',
  'interp/guests',
  'e2e/cross-process',
  'store/remote/sharing',
]

export default class DearestFirst extends BaseSequencer {
  /** The rest as vitest has it: larger files first, those that share a process last. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files)
    const place = ({ moduleId }: TestSpecification): number => {
      const at = DEAREST.indexOf(relative(import.meta.dirname, moduleId).replace(/\.test\.ts$/, ''))
      return at < 0 ? DEAREST.length : at
    }
    return rest.toSorted((a, b) => place(a) - place(b))
  }
}
