// Rust's names for readers of debug information: closures, generics, traits, modules, what is inlined from core.
#![no_std]
#![no_main]

use core::hint::black_box;

mod shapes {
    pub trait Area {
        fn area(&self, scale: u32) -> u32;
    }

    pub struct Square(pub u32);
    pub struct Pair<A, B>(pub A, pub B);

    impl Area for Square {
        fn area(&self, scale: u32) -> u32 {
            self.0.wrapping_mul(self.0).wrapping_mul(scale)
        }
    }

    impl<A: Area, B: Area> Area for Pair<A, B> {
        #[inline(never)]
        fn area(&self, scale: u32) -> u32 {
            self.0.area(scale) ^ self.1.area(scale + 1).rotate_left(3)
        }
    }
}

use shapes::{Area, Pair, Square};

#[inline(never)]
fn folded<const N: usize, T: Copy, F: Fn(u32, T) -> u32>(items: [T; N], step: F) -> u32 {
    items.iter().copied().fold(1, |sum, item| step(sum, item).wrapping_add(7))
}

#[inline(never)]
fn words(text: &str) -> usize {
    text.bytes().filter(|byte| byte.is_ascii_uppercase()).count()
}

#[inline(never)]
fn dynamic(area: &dyn Area) -> u32 {
    area.area(5)
}

#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    let seed = black_box(9u32);
    let sum = folded([1u16, 2, 3, 4, 5], |sum, item| sum.wrapping_mul(31) ^ u32::from(item) ^ seed);
    let pair = Pair(Square(seed), Pair(Square(sum), Square(3)));
    black_box(pair.area(sum) + dynamic(black_box(&pair)) + words(black_box("Some Words")) as u32);
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
