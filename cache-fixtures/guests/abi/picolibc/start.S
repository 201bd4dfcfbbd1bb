/* Entry point for programs with picolibc on the linux ABI: thread pointer first, then as the plain one, with exit() at the end. */
    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    mv      s0, sp
    la      tp, thread_local_block
    andi    sp, sp, -16
#if __riscv_xlen == 64
    ld      a0, 0(s0)
    addi    a1, s0, 8
#else
    lw      a0, 0(s0)
    addi    a1, s0, 4
#endif
    call    main
    call    exit
    .size _start, . - _start
