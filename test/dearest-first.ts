/** The order of test files: the dearest first, so that no worker is left alone with one of them at the end. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that take longest, below test/. A name too few or too many only costs time. */
const DEAREST = [
  'real-guests/sqlite-script',
  'differential/random',
  'docs/commands',
  'run/engines-agree',
  'run/saved-totals',
  'extensions/guests/kitchen-sink',
  'extensions/guests/extension-probe',
  'differential/corner-values',
  'run/profile-counts',
  'real-guests/secp-verify',
  'run/instruction-limits',
  'run/saved-files',
  'metering/stops',
  'run/check',
  'cli/e2e-cost',
  'metering/plain-agreement',
  'run/counted-loops',
  'interp/guests',
  'run/stop-tests',
  'extensions/guests/pairing-check',
  'differential/calls',
  'e2e/extension-cache',
  'e2e/cross-process',
  'e2e/single-build',
  'stages/library/keys/processes',
  'metering/touches',
  'metering/swelling',
  'run/stopping',
  'run/calls',
  'docs/sdk',
  'cli/e2e-saved',
  'extensions/guests/ecrecover',
  'e2e/unusable-cache',
  'extensions/modular',
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
