//! The native peers of ypp for bench/compare:
//!
//!   ypp-peers PEER MEASURE PREFIX
//!
//! prepares the measure on the input (bench/input_files.h), prints "ready", then for each line on
//! standard input one measured value. Exit status 3 when the peer cannot measure this.

mod automerge_peer;
mod dt_peer;
mod input;
mod loro_peer;
mod meter;
mod peer;
mod yrs_peer;

use std::io::{self, BufRead};

#[global_allocator]
static ALLOCATOR: meter::Metered = meter::Metered;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, peer, measure, prefix] = &arguments[..] else {
        eprintln!("usage: ypp-peers yrs|dt|loro|automerge MEASURE PREFIX");
        std::process::exit(2);
    };
    let prepared = match peer.as_str() {
        "yrs" => peer::prepare::<yrs_peer::Yrs>(measure, prefix),
        "dt" => peer::prepare::<dt_peer::Dt>(measure, prefix),
        "loro" => peer::prepare::<loro_peer::Loro>(measure, prefix),
        "automerge" => peer::prepare::<automerge_peer::Automerge>(measure, prefix),
        _ => None,
    };
    let Some(mut run) = prepared else { std::process::exit(3) };
    println!("ready");
    for line in io::stdin().lock().lines() {
        line.expect("standard input");
        println!("{}", run());
    }
}
