/** The answer of `rvr cache explain`: an object for --json, and text. */
import type { EvictedEntry } from '../../store/evicted.ts'
import { explanationLines, type LibraryExplanation } from '../../stages/library/explanation.ts'

const evictedJson = ({ info, ...evicted }: EvictedEntry): object => ({
  ...evicted,
  guest: info['guest'] ?? '',
  mode: info['mode'] ?? '',
})

/** `cache explain` */
export function explainAnswer(explanation: LibraryExplanation): { json: object; text: string } {
  const { evicted } = explanation
  const heading = { hit: 'in the cache', 'would-miss': 'not in the cache', off: 'never cached' }[explanation.outcome]
  return {
    json: { ...explanation, evicted: evicted && evictedJson(evicted) },
    text: `${heading}\n${explanationLines(explanation)
      .map(line => `  ${line}\n`)
      .join('')}`,
  }
}
