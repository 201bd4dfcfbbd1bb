//! Proves a table of 63 columns without lookups with Plonky3, on one thread, with SHA-256: what `make bench-prove` compares
//! with. Arguments: log2 of the rows, log2 of the blow-up, queries, runs. Prints one line of JSON.
//!
//! Each row has 21 triples (a, b, c): a * a * b = c, the next row's a is c + b, and the first row's is the triple's number.

use std::fs;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_challenger::{HashChallenger, SerializingChallenger32};
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_field::PrimeCharacteristicRing;
use p3_field::extension::BinomialExtensionField;
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_matrix::dense::RowMajorMatrix;
use p3_merkle_tree::MerkleTreeMmcs;
use p3_sha256::{Sha256, Sha256Compress};
use p3_symmetric::SerializingHasher;
use p3_uni_stark::{StarkConfig, prove, verify};

const TRIPLES: usize = 21;
const WIDTH: usize = 3 * TRIPLES;

type Value = BabyBear;
type Challenge = BinomialExtensionField<Value, 4>;
type Leaves = SerializingHasher<Sha256>;
type Mmcs = MerkleTreeMmcs<Value, u8, Leaves, Sha256Compress, 2, 32>;
type ChallengeMmcs = ExtensionMmcs<Value, Challenge, Mmcs>;
type Dft = Radix2DitParallel<Value>;
type Pcs = TwoAdicFriPcs<Value, Dft, Mmcs, ChallengeMmcs>;
type Challenger = SerializingChallenger32<Value, HashChallenger<u8, Sha256, 32>>;
type Config = StarkConfig<Pcs, Challenge, Challenger>;

struct Triples;

impl<F> BaseAir<F> for Triples {
    fn width(&self) -> usize {
        WIDTH
    }
}

impl<AB: AirBuilder> Air<AB> for Triples {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        for triple in 0..TRIPLES {
            let at = 3 * triple;
            let (a, b, c) = (main.current_slice()[at], main.current_slice()[at + 1], main.current_slice()[at + 2]);
            let next = main.next_slice()[at];
            builder.assert_eq(a * a * b, c);
            builder.when_first_row().assert_eq(a, AB::Expr::from_usize(triple));
            builder.when_transition().assert_eq(c + b, next);
        }
    }
}

fn trace(rows: usize) -> RowMajorMatrix<Value> {
    let mut cells = Value::zero_vec(rows * WIDTH);
    let mut state = 1u32;
    let mut last = [(Value::ZERO, Value::ZERO); TRIPLES];
    for (row, cells) in cells.chunks_exact_mut(WIDTH).enumerate() {
        for triple in 0..TRIPLES {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            let b = Value::from_u32(state >> 2);
            let a = if row == 0 { Value::from_usize(triple) } else { last[triple].0 + last[triple].1 };
            let c = a * a * b;
            cells[3 * triple..3 * triple + 3].copy_from_slice(&[a, b, c]);
            last[triple] = (b, c);
        }
    }
    RowMajorMatrix::new(cells, WIDTH)
}

fn config(log_blowup: usize, num_queries: usize) -> Config {
    let mmcs = Mmcs::new(Leaves::new(Sha256), Sha256Compress, 0);
    let parameters = FriParameters {
        log_blowup,
        log_final_poly_len: 6,
        max_log_arity: 3,
        num_queries,
        batch_proof_of_work_bits: 16,
        commit_proof_of_work_bits: 7,
        query_proof_of_work_bits: 16,
        mmcs: ChallengeMmcs::new(mmcs.clone()),
    };
    Config::new(Pcs::new(Dft::default(), mmcs, parameters), Challenger::from_hasher(vec![], Sha256))
}

/// Seconds that this thread, the only one, has had a core: on Linux alone.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds: f64 = text.split(' ').next().and_then(|each| each.parse().ok()).expect("a number");
    nanoseconds / 1e9
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|each| each.parse().expect("a number")).collect();
    let [log_rows, log_blowup, queries, runs] = numbers[..] else {
        panic!("give log2 of the rows, log2 of the blow-up, queries, runs")
    };
    let config = config(log_blowup, queries);
    let mut seconds = f64::INFINITY;
    for run in 0..runs {
        let trace = trace(1 << log_rows);
        let begun = cpu_seconds();
        let proof = prove(&config, &Triples, trace, &[]).expect("it is satisfied");
        seconds = seconds.min(cpu_seconds() - begun);
        if run == 0 {
            verify(&config, &Triples, &proof, &[]).expect("it is right");
        }
    }
    println!("{{\"rows\":{},\"columns\":{WIDTH},\"blowup\":{},\"cpuSeconds\":{seconds}}}", 1u64 << log_rows, 1u64 << log_blowup);
}
