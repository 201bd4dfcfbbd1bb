/** The answer of `rvr cache explain`: an object for --json, and text. */
import { explanationLines, type LibraryExplanation } from '../../stages/library/explanation.ts'
import type { EvictedEntry } from '../../store/evicted.ts'
import type { Answer } from '../answer.ts'

const HEADINGS = { hit: 'in the cache', 'would-miss': 'not in the cache', off: 'never cached' }

const evictedJson = ({ info, ...evicted }: EvictedEntry): object => ({
  ...evicted,
  guest: info['guest'] ?? '',
  mode: info['mode'] ?? '',
})

/** `cache explain` */
export function explainAnswer(explanation: LibraryExplanation): Answer {
  const { evicted, outcome } = explanation
  const lines = explanationLines(explanation).map(line => `  ${line}\n`)
  return {
    json: { ...explanation, evicted: evicted && evictedJson(evicted) },
    text: `${HEADINGS[outcome]}\n${lines.join('')}`,
  }
}
