/** The C of a native interpreter in one mode: a function for each operation, which ends in a jump to the next one's. */
import type { Mode } from '../../modes/mode.ts'
import { ownTest } from '../../modes/mode.ts'
import { resourceText } from '../../resources.ts'
import { LOST } from '../runtime.ts'
import { decodeTable } from './decoding.ts'
import { handlerBody, type HandlerContext } from './handlers.ts'

const template = (path: string): string => resourceText(`templates/interpreter/${path}`)

/** A mode's name as a part of C identifiers. */
export const identifierOf = ({ name }: Mode): string => name.replaceAll(/[^a-z0-9]/gi, '_')

/** What a straight line of instructions begins with: it is paid for as a whole, or control goes to `stop`. */
function lineTest({ mode, emission }: HandlerContext): readonly string[] {
  const test = ownTest(mode, emission)
  if (test !== undefined) return test('at->rest', 'at->rest', 'stop')
  return ['if (__builtin_expect(left < floor_of(m), 0)) goto stop;', 'left -= at->rest;']
}

interface Signature {
  /** C parameters of every handler. */
  readonly parameters: string
  /** The same as arguments. */
  readonly values: string
  /** Their values when a guest is entered. */
  readonly initial: string
}

function signatureOf({ mode, emission }: HandlerContext): Signature {
  const counters = mode.counters.map(({ name }) => name)
  const own = emission.parameters
  const parameters = [...counters.map(name => `int64_t ${name}`), ...own.map(({ type, name }) => `${type} ${name}`)]
  const initial = [...counters.map((_, index) => `state(m)->counters[${index}]`), ...own.map(one => one.initial)]
  return {
    parameters: ['char *m', 'struct insn *at', ...parameters].join(', '),
    values: ['m', 'at', ...counters, ...own.map(({ name }) => name)].join(', '),
    initial: ['m', 'at', ...initial].join(', '),
  }
}

/** What the two C files of a mode share. */
export function engineHeader(context: HandlerContext): string {
  const name = identifierOf(context.mode)
  return `/* The functions of mode ${context.mode.name}. */
typedef ${context.convention.attribute}void op(${signatureOf(context).parameters});
#pragma GCC visibility push(hidden)
op arrive_${name}, step_${name};
extern op *const handlers_${name}[];
#pragma GCC visibility pop
`
}

const indented = (lines: readonly string[]): string => lines.map(line => `  ${line}\n`).join('')

export function engineFile(context: HandlerContext): string {
  const { mode, emission, convention, operations } = context
  const { attribute, tail } = convention
  const name = identifierOf(mode)
  const { parameters, values } = signatureOf(context)
  const test = lineTest(context)
  const own = `${tail} handlers_${name}[at->operation](${values});`
  const counters = mode.counters.map((counter, index) => `s->counters[${index}] = ${counter.name};`)
  const handlers = operations.map(operation => {
    const body = indented(handlerBody(operation, context))
    return `static ${attribute}void do_${operation.name}(${parameters})\n{\n${body}}\n`
  })
  return `/* Mode ${mode.name}: a function for each operation. */
#include "guest.h"
#include "engine.h"

/* Back to the host, with all state where it reads it. */
static ${attribute}__attribute__((noinline)) void leave(${parameters})
{
  struct rvr_state *s = state(m);
  s->pc = pc_of(m, at);
${indented([...counters, ...(emission.leaving ?? [])])}}

#define LEAVE(why) do { state(m)->reason = why; ${tail} leave(${values}); } while (0)
/* The host executes the instruction at hand, which has been paid for with its line. */
#define STEP do { left += at->rest; LEAVE(RVR_STEP); } while (0)
#define NEXT do { at = behind(at); ${tail} ((op *)((char *)&step_${name} + at->handler))(${values}); } while (0)
/* A straight line begins, which is paid for at once. */
#define ENTER do { ${test.join(' ')} ${own} \\
  stop: LEAVE(RVR_STOP); } while (0)

${attribute}void step_${name}(${parameters})
{
  STEP;
}

${handlers.join('\n')}
op *const handlers_${name}[] = {
  step_${name},
${operations.map(operation => `  do_${operation.name},\n`).join('')}};

/* A straight line begins where the one in front of it goes on. */
${attribute}void arrive_${name}(${parameters})
{
  ENTER;
}
`
}

/** Instances, and what decodes a guest's code for them. */
export function instanceFile(context: HandlerContext): string {
  const { mode, convention, operations, rows } = context
  const name = identifierOf(mode)
  const decode = template('decode.c').replace('/* TABLE */', () => decodeTable(rows, operations))
  return `#define _GNU_SOURCE
#include <sys/mman.h>
#include "guest.h"
#include "engine.h"

${decode}
${convention.verifies ? '__attribute__((noinline)) ' : ''}static void enter(char *m, struct insn *at)
{
  arrive_${name}(${signatureOf(context).initial});
${convention.verifies ? LOST : ''}}

${template('instance.c').replaceAll('MODE', name)}`
}
