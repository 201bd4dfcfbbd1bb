//! What the openvm ABI asks of a guest: an entry point, custom-0 instructions as functions, an allocator, a panic handler.
use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::arch::{asm, global_asm};
use core::cell::Cell;
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// Bytes of a register.
const WORD: usize = size_of::<usize>();
/// Words that one HINT_BUFFER takes at most.
const MOST_HINT_WORDS: usize = 1023;
/// The first address behind guest memory.
const MEMORY_END: usize = 1 << 29;

global_asm!(
    ".section .text.start, \"ax\", @progbits",
    ".globl _start",
    "_start:",
    "lui sp, 0x200",
    "addi sp, sp, 0x400",
    "call {main}",
    ".insn i 0x0b, 0, x0, x0, 0",
    main = sym crate::main,
);

/// The next input record. The guest traps where there is none.
pub fn read_record() -> Vec<u8> {
    let mut length = 0usize;
    unsafe {
        asm!(".insn i 0x0b, 3, x0, x0, 0");
        asm!(".insn i 0x0b, 1, {0}, x0, 0", in(reg) &mut length);
    }
    let mut words: Vec<usize> = Vec::with_capacity(length.div_ceil(WORD));
    let mut missing = length.div_ceil(WORD);
    while missing > 0 {
        let count = missing.min(MOST_HINT_WORDS);
        unsafe {
            let to = words.as_mut_ptr().add(words.len());
            asm!(".insn i 0x0b, 1, {0}, {1}, 1", in(reg) to, in(reg) count);
            words.set_len(words.len() + count);
        }
        missing -= count;
    }
    words.iter().flat_map(|word| word.to_le_bytes()).take(length).collect()
}

/// Reveals `values` from the first byte on, four bytes each. A REVEAL writes a register, so RV64 takes two at once.
pub fn reveal(values: &[u32]) {
    for (index, group) in values.chunks(WORD / 4).enumerate() {
        let word = group.iter().rev().fold(0u64, |word, value| word << 32 | u64::from(*value)) as usize;
        unsafe { asm!(".insn i 0x0b, 2, {0}, {1}, 0", in(reg) index * WORD, in(reg) word) };
    }
}

/// Writes to the host's output.
pub struct Host;

impl Write for Host {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        unsafe { asm!(".insn i 0x0b, 3, {0}, {1}, 1", in(reg) text.as_ptr(), in(reg) text.len()) };
        Ok(())
    }
}

/// Takes memory from `_end` upward and gives none back.
struct Bump(Cell<usize>);

// There is one hart.
unsafe impl Sync for Bump {}

unsafe extern "C" {
    static _end: u8;
}

unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let from = if self.0.get() == 0 { &raw const _end as usize } else { self.0.get() };
        let start = from.next_multiple_of(layout.align());
        match start.checked_add(layout.size()) {
            Some(end) if end <= MEMORY_END => {
                self.0.set(end);
                start as *mut u8
            }
            _ => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump(Cell::new(0));

/// Says what happened, then ends the guest with exit code 1.
#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    let _ = writeln!(Host, "{info}");
    unsafe { asm!(".insn i 0x0b, 0, x0, x0, 1", options(noreturn)) }
}
