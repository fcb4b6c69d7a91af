//! What an engine has to do, and the measures (bench/measures.h) made of it.

use crate::input::Input;
use crate::meter;
use std::hint::black_box;
use std::time::Instant;

pub trait Peer: Sized + 'static {
    /// What positions count: "utf8" or "utf16" (the same as characters, in all inputs).
    const UNIT: &'static str;
    /// Whether updates and states are those of Yjs.
    const SPEAKS_YJS: bool = false;
    const MEASURES: &'static [&'static str];

    fn new(agent: usize) -> Self;
    /// Makes the step's edits as one transaction.
    fn make(&mut self, input: &Input, step: usize);
    fn make_all_as_one(&mut self, input: &Input);
    /// From now on an update is made for each transaction.
    fn listen(&mut self);
    /// The update of the last transaction.
    fn take_update(&mut self) -> Vec<u8>;
    fn apply(&mut self, update: &[u8]);
    fn apply_all_as_one(&mut self, updates: &[Vec<u8>]) {
        updates.iter().for_each(|update| self.apply(update));
    }
    fn encode(&mut self, format: u8) -> Vec<u8>;
    fn load(state: &[u8], format: u8) -> Self;
    fn text(&self) -> String;
    /// Looks at everything.
    fn read(&self) -> usize;
    /// Of the text or the array.
    fn length(&self) -> usize;

    fn state(input: &Input, format: u8) -> Vec<u8> {
        if Self::SPEAKS_YJS {
            return input.yjs_state(format);
        }
        if input.agents == 1 {
            let mut author = Self::new(0);
            (0..input.steps.len()).for_each(|step| author.make(input, step));
            return author.encode(format);
        }
        let mut all = Self::new(input.agents);
        updates::<Self>(input).iter().for_each(|update| all.apply(update));
        all.encode(format)
    }

    fn merge(_updates: &[Vec<u8>]) -> Vec<u8> {
        unreachable!()
    }
    fn diff(_state: &[u8], _known: &[u8]) -> Vec<u8> {
        unreachable!()
    }
    fn state_vector(_state: &[u8]) -> Vec<u8> {
        unreachable!()
    }
    fn half(_state_vector: &[u8]) -> Vec<u8> {
        unreachable!()
    }
}

/// Each call measures once: milliseconds, or what the measure counts.
pub type Measure = Box<dyn FnMut() -> f64>;

/// Everything that is not to be measured happens here. None when the peer cannot do it.
pub fn prepare<P: Peer>(name: &str, prefix: &str) -> Option<Measure> {
    if !P::MEASURES.contains(&name) {
        return None;
    }
    let input = Input::read(prefix, P::UNIT);
    if !P::SPEAKS_YJS && input.steps.is_empty() {
        return None;
    }
    Some(match name {
        "replay" => replay::<P>(input, false),
        "replay-events" => replay::<P>(input, true),
        "replay-one" => Box::new(move || {
            checked(&input, timed(|| {
                let mut peer = P::new(0);
                peer.make_all_as_one(&input);
                peer
            }))
        }),
        "encode-v1" => encode::<P>(input, 1),
        "encode-v2" => encode::<P>(input, 2),
        "load-v1" => load::<P>(input, 1),
        "load-v2" => load::<P>(input, 2),
        "text" => {
            let peer = P::load(&P::state(&input, 1), 1);
            Box::new(move || timed(|| peer.text()).0)
        }
        "apply" => {
            let updates = updates::<P>(&input);
            Box::new(move || {
                checked(&input, timed(|| {
                    let mut peer = P::new(input.agents);
                    updates.iter().for_each(|update| peer.apply(update));
                    peer
                }))
            })
        }
        "apply-one" => {
            let updates = updates::<P>(&input);
            Box::new(move || {
                checked(&input, timed(|| {
                    let mut peer = P::new(input.agents);
                    peer.apply_all_as_one(&updates);
                    black_box(peer.read());
                    peer
                }))
            })
        }
        "live" => Box::new(move || timed(|| live::<P>(&input)).0),
        "merge" => {
            let updates = updates::<P>(&input);
            Box::new(move || timed(|| P::merge(&updates)).0)
        }
        "diff" => {
            let state = P::state(&input, 1);
            let known = P::half(&P::state_vector(&state));
            Box::new(move || timed(|| P::diff(&state, &known)).0)
        }
        "state-vector" => {
            let state = P::state(&input, 1);
            Box::new(move || timed(|| P::state_vector(&state)).0)
        }
        "held-bytes" => {
            let state = P::state(&input, 1);
            Box::new(move || meter::measure(|| P::load(&state, 1)).0 as f64)
        }
        "allocations" => {
            let state = P::state(&input, 1);
            Box::new(move || meter::measure(|| P::load(&state, 1)).1 as f64)
        }
        _ => return None,
    })
}

/// Letting go of the result is not part of the time.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed().as_secs_f64() * 1e3, result)
}

fn checked<P: Peer>(input: &Input, (ms, peer): (f64, P)) -> f64 {
    assert_eq!(peer.length(), input.length, "another end content");
    ms
}

fn replay<P: Peer>(input: Input, with_events: bool) -> Measure {
    Box::new(move || {
        checked(&input, timed(|| {
            let mut peer = P::new(0);
            if with_events {
                peer.listen();
            }
            for step in 0..input.steps.len() {
                peer.make(&input, step);
                if with_events {
                    black_box(peer.take_update());
                }
            }
            peer
        }))
    })
}

fn encode<P: Peer>(input: Input, format: u8) -> Measure {
    let mut peer = P::load(&P::state(&input, 1), 1);
    Box::new(move || timed(|| peer.encode(format)).0)
}

fn load<P: Peer>(input: Input, format: u8) -> Measure {
    let state = P::state(&input, format);
    Box::new(move || checked(&input, timed(|| P::load(&state, format))))
}

fn updates<P: Peer>(input: &Input) -> Vec<Vec<u8>> {
    if P::SPEAKS_YJS {
        input.yjs_updates()
    } else {
        live::<P>(input).1
    }
}

/// The authors send each other every update; then a look at the first two.
fn live<P: Peer>(input: &Input) -> (Vec<P>, Vec<Vec<u8>>) {
    let mut last_step = vec![0; input.agents];
    for (number, step) in input.steps.iter().enumerate() {
        last_step[step.agent] = number;
    }
    let mut peers: Vec<Option<P>> = (0..input.agents).map(|_| None).collect();
    let mut updates: Vec<Vec<u8>> = Vec::with_capacity(input.steps.len());
    for (number, step) in input.steps.iter().enumerate() {
        let peer = peers[step.agent].get_or_insert_with(|| {
            let mut peer = P::new(step.agent);
            peer.listen();
            peer
        });
        input.received(number).iter().for_each(|received| peer.apply(&updates[*received]));
        let mut update = Vec::new();
        if !input.edits(number).is_empty() {
            peer.make(input, number);
            update = peer.take_update();
        } else if P::SPEAKS_YJS {
            update = vec![0, 0];
        }
        updates.push(update);
        if step.agent > 1 && last_step[step.agent] == number {
            peers[step.agent] = None;
        }
    }
    let first_two: Vec<P> = peers.into_iter().take(2).flatten().collect();
    first_two.iter().for_each(|peer| {
        black_box(peer.read());
    });
    (first_two, updates)
}
