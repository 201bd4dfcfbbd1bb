//! Where the linker puts an openvm guest.
fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi/openvm/openvm.ld");
    println!("cargo:rustc-link-arg=-T{script}");
    println!("cargo:rerun-if-changed={script}");
}
