/* Entry point of the linux ABI: takes argc and argv from the stack the kernel left, calls main and exits with its result. */
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    /* argc is one XLEN-wide word at sp, argv starts at the next. */
#if __riscv_xlen == 64
    ld      a0, 0(sp)
    addi    a1, sp, 8
#else
    lw      a0, 0(sp)
    addi    a1, sp, 4
#endif
    andi    sp, sp, -16
    call    main
    li      a7, 93
1:  ecall
    j       1b
    .size _start, . - _start
