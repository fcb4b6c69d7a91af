use crate::input::{Edit, Input};
use crate::peer::Peer;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Any, Array, ArrayRef, Doc, GetString, Map, MapRef, ReadTxn, StateVector, Subscription, Text,
    TextRef, Transact, TransactionMut, Update,
};

/// As in bench/play.h.
const FIRST_CLIENT: u64 = 1_000_000_001;

pub struct Yrs {
    doc: Doc,
    text: TextRef,
    array: ArrayRef,
    map: MapRef,
    update: Rc<RefCell<Vec<u8>>>,
    listener: Option<Subscription>,
}

fn any(value: &Value) -> Any {
    match value {
        Value::Number(number) => Any::Number(number.as_f64().expect("a number")),
        Value::String(text) => Any::from(text.as_str()),
        Value::Object(members) => Any::from(
            members.iter().map(|(key, value)| (key.clone(), any(value))).collect::<HashMap<_, _>>(),
        ),
        _ => unreachable!("no input has such values"),
    }
}

fn edit_all(yrs: &Yrs, txn: &mut TransactionMut, input: &Input, edits: &[Edit]) {
    for edit in edits {
        match edit {
            Edit::Text { position, deleted, begin, end } => {
                if *deleted > 0 {
                    yrs.text.remove_range(txn, *position as u32, *deleted as u32);
                }
                if begin < end {
                    yrs.text.insert(txn, *position as u32, input.text(*begin, *end));
                }
            }
            Edit::Array { position, values } => {
                yrs.array.insert_range(txn, *position as u32, values.iter().map(any));
            }
            Edit::Map { key, value } => {
                yrs.map.insert(txn, key.as_str(), any(value));
            }
        }
    }
}

fn decode(update: &[u8], format: u8) -> Update {
    if format == 1 { Update::decode_v1(update) } else { Update::decode_v2(update) }.expect("an update")
}

impl Peer for Yrs {
    // Its default, and the faster one.
    const UNIT: &'static str = "utf8";
    const SPEAKS_YJS: bool = true;
    const MEASURES: &'static [&'static str] = &[
        "replay", "replay-events", "replay-one", "encode-v1", "encode-v2", "load-v1", "load-v2", "text",
        "apply", "apply-one", "live", "merge", "diff", "state-vector", "held-bytes", "allocations",
    ];

    fn new(agent: usize) -> Self {
        let doc = Doc::with_client_id(FIRST_CLIENT + agent as u64);
        Yrs {
            text: doc.get_or_insert_text("t"),
            array: doc.get_or_insert_array("a"),
            map: doc.get_or_insert_map("m"),
            doc,
            update: Rc::default(),
            listener: None,
        }
    }

    fn make(&mut self, input: &Input, step: usize) {
        let mut txn = self.doc.transact_mut();
        edit_all(self, &mut txn, input, input.edits(step));
    }

    fn make_all_as_one(&mut self, input: &Input) {
        let mut txn = self.doc.transact_mut();
        edit_all(self, &mut txn, input, input.all_edits());
    }

    fn listen(&mut self) {
        let update = self.update.clone();
        let listener = self.doc.observe_update_v1(move |_, event| {
            update.replace(event.update.clone());
        });
        self.listener = Some(listener.expect("no transaction is open"));
    }

    fn take_update(&mut self) -> Vec<u8> {
        self.update.take()
    }

    fn apply(&mut self, update: &[u8]) {
        self.doc.transact_mut().apply_update(decode(update, 1)).expect("an update");
    }

    fn apply_all_as_one(&mut self, updates: &[Vec<u8>]) {
        let mut txn = self.doc.transact_mut();
        for update in updates {
            txn.apply_update(decode(update, 1)).expect("an update");
        }
    }

    fn encode(&mut self, format: u8) -> Vec<u8> {
        let txn = self.doc.transact();
        let nothing = StateVector::default();
        if format == 1 {
            txn.encode_state_as_update_v1(&nothing)
        } else {
            txn.encode_state_as_update_v2(&nothing)
        }
    }

    fn load(state: &[u8], format: u8) -> Self {
        let peer = Self::new(usize::from(u16::MAX));
        peer.doc.transact_mut().apply_update(decode(state, format)).expect("a state");
        peer
    }

    fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    fn read(&self) -> usize {
        let txn = self.doc.transact();
        self.text.get_string(&txn).len() + self.array.iter(&txn).count() + self.map.iter(&txn).count()
    }

    fn length(&self) -> usize {
        let txn = self.doc.transact();
        (self.text.len(&txn) + self.array.len(&txn)) as usize
    }

    fn merge(updates: &[Vec<u8>]) -> Vec<u8> {
        yrs::merge_updates_v1(updates).expect("updates")
    }

    fn diff(state: &[u8], known: &[u8]) -> Vec<u8> {
        yrs::diff_updates_v1(state, known).expect("a state")
    }

    fn state_vector(state: &[u8]) -> Vec<u8> {
        yrs::encode_state_vector_from_update_v1(state).expect("a state")
    }

    fn half(state_vector: &[u8]) -> Vec<u8> {
        let known = StateVector::decode_v1(state_vector).expect("a state vector");
        known.iter().map(|(client, clock)| (*client, clock / 2)).collect::<StateVector>().encode_v1()
    }
}
