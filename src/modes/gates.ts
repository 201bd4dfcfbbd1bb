/** Gates: how regions on x86-64 call cold C functions of their mode and lose no register. */

/** Registers that a C function may change, in the order in which the gates save them. */
const SCRATCH = ['rax', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11']

export const asmText = (lines: readonly string[]): string =>
  `__asm__(\n${lines.map(line => `  "${line}\\n"`).join('\n')}\n);\n`

/** A gate from its first label on; control comes with the arguments on the stack, the first one deepest. */
export const gate = (name: string, body: readonly string[]): string[] => [
  `.hidden ${name}`,
  `.globl ${name}`,
  `.type ${name}, @function`,
  `${name}:`,
  ...body.map(line => (line.endsWith(':') ? line : `  ${line}`)),
  `.size ${name}, .-${name}`,
]

/** Behind it arguments lie from 16(%rbp) on, the last one first. */
export const enterGate = ['push %rbp', 'mov %rsp, %rbp', ...SCRATCH.map(name => `push %${name}`), 'and $-64, %rsp']
export const leaveGate = [
  `lea -${8 * SCRATCH.length}(%rbp), %rsp`,
  ...SCRATCH.toReversed().map(name => `pop %${name}`),
  'pop %rbp',
  'ret',
]
