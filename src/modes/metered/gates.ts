/** Gates of mode metered: how regions reach the meter's cold functions and lose no register. */
import { meterOffset, PAGE_LEAVES, PAGE_SHIFT, type MeterLayout } from '../../layout/meter.ts'
import { asmText, enterGate, gate, leaveGate } from '../gates.ts'

const VECTORS = 16

/** Every access whose bytes lie in one leaf is marked here; what crosses into another goes on in C. */
const touch = ({ leafShift, spaceBits, seen, pending, log }: MeterLayout): string[] => [
  'push %rax',
  'push %rcx',
  'push %rdx',
  // Above them: return address, width, address, memory.
  'mov 40(%rsp), %rax',
  'mov 32(%rsp), %rdx',
  'lea -1(%rdx, %rax), %rdx',
  `shr $${leafShift}, %rax`,
  `shr $${leafShift}, %rdx`,
  'mov 48(%rsp), %rcx',
  'sub meter_below(%rip), %rcx',
  'cmp %rax, %rdx',
  'jne 2f',
  `cmpb $0, ${seen.offset}(%rcx, %rax)`,
  'jne 1f',
  `movb $-1, ${seen.offset}(%rcx, %rax)`,
  `incl ${meterOffset('leaves')}(%rcx)`,
  'mov %eax, %edx',
  `shr $${PAGE_SHIFT}, %edx`,
  `cmpb $0, ${pending.offset}(%rcx, %rdx)`,
  'jne 1f',
  `movb $1, ${pending.offset}(%rcx, %rdx)`,
  `mov ${meterOffset('log_length')}(%rcx), %edx`,
  `and $-${PAGE_LEAVES}, %eax`,
  `or $${2 ** spaceBits}, %eax`,
  `mov %eax, ${log.offset}(%rcx, %rdx, 4)`,
  'inc %edx',
  `mov %edx, ${meterOffset('log_length')}(%rcx)`,
  '1:',
  'pop %rdx',
  'pop %rcx',
  'pop %rax',
  'ret',
  '2:',
  'pop %rdx',
  'pop %rcx',
  'pop %rax',
  ...enterGate,
  'mov 32(%rbp), %rdi',
  'mov 24(%rbp), %rsi',
  'mov 16(%rbp), %rdx',
  'call rvr_touch',
  ...leaveGate,
]

const touchAll = [
  ...enterGate,
  'mov 48(%rbp), %rdi',
  'mov 40(%rbp), %rsi',
  'mov 32(%rbp), %rdx',
  'mov 24(%rbp), %rcx',
  'mov 16(%rbp), %r8',
  'call rvr_touch_all',
  ...leaveGate,
]

const touchGroup = [
  ...enterGate,
  'mov 32(%rbp), %rdi',
  'mov 24(%rbp), %rsi',
  'mov 16(%rbp), %rdx',
  'call rvr_touch_group',
  ...leaveGate,
]

/**
 * How all vector registers are kept across a C function; compilers hold constants of vectorised loops in them. The
 * first ones are row counts, which it reads and changes.
 */
interface Keeping {
  readonly bytes: number
  readonly before: readonly string[]
  readonly behind: readonly string[]
}

type Slot = readonly [move: string, register: string, place: string]

/** Registers from a place on the stack on. */
const slots = ([move, register]: readonly [string, string], count: number, bytes: number, from: number): Slot[] =>
  Array.from({ length: count }, (_, index) => [move, `%${register}${index}`, `${from + bytes * index}(%rsp)`] as const)
const store = ([move, register, place]: Slot): string => `${move} ${register}, ${place}`
const load = ([move, register, place]: Slot): string => `${move} ${place}, ${register}`

function keeping(vectorBytes: number): Keeping {
  const how = vectorBytes === 32 ? (['vmovdqa', 'ymm'] as const) : (['movdqa', 'xmm'] as const)
  const all = slots(how, VECTORS, vectorBytes, 0)
  return { bytes: VECTORS * vectorBytes, before: all.map(store), behind: all.map(load) }
}

/**
 * Where registers are wider than row counts they are kept whole as well, with AVX-512 twice as many and the masks
 * beside them, which have 16 bits where it has no lanes of bytes.
 */
function keepingWide(vectorBytes: number, vectors: number, kind: 'ymm' | 'zmm', moveMask = 'kmovq'): Keeping {
  const counts = slots(['vmovdqa', vectorBytes === 32 ? 'ymm' : 'xmm'], VECTORS, vectorBytes, 0)
  const bytes = VECTORS * vectorBytes
  const whole =
    kind === 'ymm'
      ? slots(['vmovdqa', 'ymm'], VECTORS, 32, bytes)
      : [...slots(['vmovdqa64', 'zmm'], 32, 64, bytes), ...slots([moveMask, 'k'], 8, 8, bytes + 32 * 64)]
  return {
    bytes: bytes + (kind === 'ymm' ? 32 * VECTORS : 32 * 64 + 64),
    before: [...counts, ...whole].map(store),
    behind: [...whole, ...counts.slice(0, vectors)].map(load),
  }
}

/**
 * Arguments: memory, what is left behind the block (the result too), the block's rows. The row counts stand in the
 * first vector registers.
 */
function due({ bytes, before, behind }: Keeping): string[] {
  const ready = ['mov 32(%rbp), %rdi', 'mov 24(%rbp), %rsi', 'add 16(%rbp), %rsi']
  return [
    ...enterGate,
    ...ready,
    'call rvr_check',
    'sub 16(%rbp), %rax',
    'jns 1f',
    `sub $${bytes}, %rsp`,
    ...before,
    ...ready,
    'mov %rsp, %rdx',
    'call rvr_check_fully',
    'sub 16(%rbp), %rax',
    ...behind,
    '1:',
    'mov %rax, 24(%rbp)',
    ...leaveGate,
  ]
}

/** Assembly for x86-64; elsewhere the functions of meter.h are plain calls. */
export function gates(layout: MeterLayout, vectorBytes: number, vectors: number): string {
  const touches = [
    '.text',
    ...gate('rvr_touch_gate', touch(layout)),
    ...gate('rvr_touch_group_gate', touchGroup),
    ...gate('rvr_touch_all_gate', touchAll),
  ]
  return `/* The ways from regions to the functions above: every register is kept, the row counts apart, and arguments \
come on the stack. */
#ifdef __x86_64__
__attribute__((visibility("hidden"))) const uint64_t meter_below = RVR_METER_BELOW;

${asmText(touches)}
#ifdef __AVX512BW__
${asmText(gate('rvr_due_gate', due(keepingWide(vectorBytes, vectors, 'zmm'))))}#elif defined(__AVX512F__)
${asmText(gate('rvr_due_gate', due(keepingWide(vectorBytes, vectors, 'zmm', 'kmovw'))))}${
    vectorBytes === 32
      ? ''
      : `#elif defined(__AVX__)
${asmText(gate('rvr_due_gate', due(keepingWide(vectorBytes, vectors, 'ymm'))))}`
  }#else
${asmText(gate('rvr_due_gate', due(keeping(vectorBytes))))}#endif
#endif
`
}

/** Declares `due`, which has a row count for each vector argument. */
export function dueHeader(vectors: number, vectorBytes: number): string {
  const names = Array.from({ length: vectors }, (_, index) => `rows${index}`)
  const parameters = names.map(name => `rows *${name}`).join(', ')
  const register = vectorBytes === 32 ? 'ymm' : 'xmm'
  const outputs = names.map(name => `"+x"(in_${name})`).join(', ')
  const call = [
    'lea -128(%%rsp), %%rsp',
    'push %[m]',
    'push %[left]',
    'push %[count]',
    'call rvr_due_gate',
    'lea 8(%%rsp), %%rsp',
    'pop %[left]',
    'lea 136(%%rsp), %%rsp',
  ]
  return `/* What happens when an interval is used up. */

/*
 * A block has taken \`count\` off what is left of the interval, which did not reach. Returns what is left of a new \
interval behind the block,
 * or \`left\` when the run has to stop. The row counts may go where the meter keeps them. Always inline: a region \
whose locals have an
 * address makes no sibling calls.
 */
static inline __attribute__((always_inline)) int64_t due(char *m, int64_t left, int64_t count, ${parameters})
{
#ifdef __x86_64__
${names.map((name, index) => `  register rows in_${name} __asm__("${register}${index}") = *${name};`).join('\n')}
  __asm__ volatile("${call.join('\\n\\t')}"
    : [left] "+r"(left), ${outputs} : [m] "r"(m), [count] "re"(count) : "memory", "cc");
${names.map(name => `  *${name} = in_${name};`).join('\n')}
  return left;
#else
  int64_t before = left + count;
  left = rvr_check(m, before) - count;
  if (left >= 0) return left;
${names.map((name, index) => `  lanes(m)[${index}] = *${name};`).join('\n')}
${names.map(name => `  *${name} = (rows){ 0 };`).join('\n')}
  return rvr_check_fully(m, before, lanes(m)) - count;
#endif
}
`
}
