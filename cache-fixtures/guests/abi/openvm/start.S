/* Entry point of the openvm ABI: sets up the stack, calls main and ends the guest with what main returned. */
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    lui     sp, 0x200
    addi    sp, sp, 0x400
    call    main
    /* The exit code is an immediate of TERMINATE, so only a few values can be had: 0, 1, 7, and 255 for all others. */
    beqz    a0, 1f
    addi    t0, a0, -1
    beqz    t0, 2f
    addi    t0, a0, -7
    beqz    t0, 3f
    .insn i 0x0b, 0, x0, x0, 255
1:  .insn i 0x0b, 0, x0, x0, 0
2:  .insn i 0x0b, 0, x0, x0, 1
3:  .insn i 0x0b, 0, x0, x0, 7
    .size _start, . - _start
