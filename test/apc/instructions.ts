/** Every instruction of RV64IM that can be in a block, and what assemblers write for some of them. */
const registers =
  'add sub xor or and sll srl sra slt sltu addw subw sllw srlw sraw ' +
  'mul mulh mulhsu mulhu div divu rem remu mulw divw divuw remw remuw'
const immediates = 'addi xori ori andi slti sltiu addiw'
const shifts = 'slli srli srai slliw srliw sraiw'
const accesses = 'ld lbu lhu lwu lb lh lw sd sw sh sb'
const branches = 'beq bne blt bltu bge bgeu'

const written = (names: string, operands: string): readonly string[] =>
  names.split(' ').map(name => `${name} ${operands}`)

export const instructionTexts: readonly string[] = [
  written(registers, 'x8, x7, x5'),
  written(immediates, 'x8, x7, 5'),
  written(shifts, 'x8, x7, 3'),
  written(accesses, 'x8, 24(x2)'),
  written(branches, 'x8, x5, 8'),
  ['jal x1, 8', 'jalr x1, x5, 4', 'lui x8, 74565', 'auipc x8, 74565'],
  ['addi x8, x8, 1', 'addi x8, x0, 216', 'addi x8, x5, 0', 'sub x8, x0, x5', 'xori x8, x5, -1'],
  ['addiw x8, x5, 0', 'andi x8, x5, 255', 'slli x8, x5, 32', 'srli x8, x5, 32', 'srai x8, x5, 63'],
  ['sltiu x8, x5, 1', 'sltu x8, x0, x5', 'slt x8, x5, x0', 'slt x8, x0, x5'],
  ['beq x5, x0, 8', 'bne x5, x0, 8', 'blt x5, x0, 8', 'bge x5, x0, 8', 'blt x0, x5, 8', 'bge x0, x5, 8'],
  ['jal x0, 8', 'jalr x0, x1, 0'],
].flat()
