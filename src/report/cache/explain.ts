/** The answer of `rvr cache explain`: an object for --json, and text. */
import { explanationLines, type Explanation } from '../../store/explain/explain.ts'

/** `cache explain` */
export function explainAnswer(explanation: Explanation): { json: object; text: string } {
  const heading = { hit: 'in the cache', 'would-miss': 'not in the cache', off: 'never cached' }[explanation.outcome]
  return {
    json: explanation,
    text: `${heading}\n${explanationLines(explanation)
      .map(line => `  ${line}\n`)
      .join('')}`,
  }
}
