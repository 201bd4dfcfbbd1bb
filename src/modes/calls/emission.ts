/** The C of mode `calls`: counts by calling context, and the transfers that lead from one to another. */
import { callsHeader } from '../../layout/calls.ts'
import { resourceText } from '../../resources.ts'
import type { Graph } from '../../program/program.ts'
import { bitmapText } from '../bitmap.ts'
import { asmText, enterGate, gate, leaveGate } from '../gates.ts'
import type { Emission, EmissionTarget } from '../mode.ts'
import { compiledHooks } from './compiled.ts'
import { interpretedHooks } from './interpreted.ts'

const template = (name: string): string => resourceText(`templates/modes/calls/${name}`)

/** Functions of contexts.c with two arguments beside the memory, which regions call. */
const SLOW = ['rvr_enter_child', 'rvr_search', 'rvr_begin_step', 'rvr_forget']

const bodyOf = (name: string): string[] => [
  ...enterGate,
  'mov 32(%rbp), %rdi',
  'mov 24(%rbp), %rsi',
  'mov 16(%rbp), %rdx',
  `call ${name}`,
  ...leaveGate,
]

const gates = (): string => `/* The ways from regions to the functions above: every register is kept. */
#ifdef __x86_64__
${asmText(['.text', ...SLOW.flatMap(name => gate(`${name}_gate`, bodyOf(name)))])}#endif
`

/** Where the count of the slot in front does not go on, because a block ends or starts there. */
function* boundaries({ blocks }: Graph): Generator<number> {
  for (const { first, behind } of blocks) {
    yield first
    yield behind
  }
}

const boundariesText = (graph: Graph): string => `
static const uint64_t boundaries[] = { ${bitmapText(graph.program.instrs.length + 1, boundaries(graph))} };

/* The slots at which a sum of counts begins anew. */
__attribute__((visibility("default"))) const uint64_t *rvr_boundaries(void) { return boundaries; }`

/** Counts are differences along a block, as in mode `profile`, and those of a native interpreter are not. */
export function callsEmission(target: EmissionTarget): Emission {
  const { graph, atHand } = target
  const hooks = atHand === undefined ? compiledHooks(target) : interpretedHooks(atHand)
  const isCompiled = atHand === undefined
  return {
    parameters: [{ type: 'uint64_t', name: 'context', initial: 'calls(m)->current', general: true }],
    ...hooks,
    leaving: ['calls(m)->current = (uint32_t)context;'],
    include: 'contexts.h',
    files: [
      { path: 'calls-area.h', content: callsHeader() },
      {
        path: 'contexts.h',
        content: isCompiled ? template('contexts.h') : template('contexts.h') + template('at-hand.h'),
      },
      {
        path: 'contexts.c',
        content: template('contexts.c')
          .replace('/* BOUNDARIES */\n', () => (isCompiled ? `${boundariesText(graph)}\n` : ''))
          .replace('SLOT_SHIFT', String(graph.program.slotBytes / 2))
          .replace('BASE', isCompiled ? 'RVR_BASE' : 'code(m)->base')
          .replace('/* GATES */\n', gates),
      },
    ],
    saysSlots: true,
  }
}
