use crate::input::{Edit, Input};
use crate::peer::Peer;
use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, ObjId, ObjType, ReadDoc, ScalarValue, ROOT};
use serde_json::Value;
use std::sync::OnceLock;

/// Has one format of states.
pub struct Automerge {
    doc: AutoCommit,
    text: ObjId,
    list: ObjId,
    map: ObjId,
}

/// All replicas have their text, list and map from here.
fn beginning() -> &'static [u8] {
    static BEGINNING: OnceLock<Vec<u8>> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let mut doc = AutoCommit::new().with_actor(ActorId::from([0u8; 8]));
        doc.put_object(ROOT, "t", ObjType::Text).expect("a text");
        doc.put_object(ROOT, "a", ObjType::List).expect("a list");
        doc.put_object(ROOT, "m", ObjType::Map).expect("a map");
        doc.save()
    })
}

fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Number(number) => ScalarValue::from(number.as_i64().expect("a whole number")),
        Value::String(text) => ScalarValue::from(text.as_str()),
        _ => unreachable!("no input has such values"),
    }
}

impl Automerge {
    fn with(doc: AutoCommit) -> Self {
        let object = |name| doc.get(ROOT, name).expect("the root").expect("from the beginning").1;
        Automerge { text: object("t"), list: object("a"), map: object("m"), doc }
    }

    fn edit(&mut self, input: &Input, edits: &[Edit]) {
        for edit in edits {
            match edit {
                Edit::Text { position, deleted, begin, end } => {
                    let inserted = input.text(*begin, *end);
                    self.doc
                        .splice_text(&self.text, *position, *deleted as isize, inserted)
                        .expect("a place in the text");
                }
                Edit::Array { position, values } => {
                    for (i, value) in values.iter().enumerate() {
                        self.doc.insert(&self.list, position + i, scalar(value)).expect("a place in the list");
                    }
                }
                Edit::Map { key, value: Value::Object(members) } => {
                    let object =
                        self.doc.put_object(&self.map, key.as_str(), ObjType::Map).expect("an object");
                    for (member, value) in members {
                        self.doc.put(&object, member.as_str(), scalar(value)).expect("a member");
                    }
                }
                Edit::Map { key, value } => {
                    self.doc.put(&self.map, key.as_str(), scalar(value)).expect("a key");
                }
            }
        }
        self.doc.commit();
    }
}

impl Peer for Automerge {
    const UNIT: &'static str = "utf16";
    const MEASURES: &'static [&'static str] = &[
        "replay", "replay-events", "replay-one", "encode-v1", "load-v1", "text", "apply", "apply-one",
        "live", "held-bytes", "allocations",
    ];

    fn new(agent: usize) -> Self {
        let mut peer = Self::with(AutoCommit::load(beginning()).expect("the beginning"));
        peer.doc.set_actor(ActorId::from((agent as u64 + 1).to_be_bytes()));
        peer
    }

    fn make(&mut self, input: &Input, step: usize) {
        self.edit(input, input.edits(step));
    }

    fn make_all_as_one(&mut self, input: &Input) {
        self.edit(input, input.all_edits());
    }

    fn listen(&mut self) {}

    fn take_update(&mut self) -> Vec<u8> {
        self.doc.get_last_local_change().map(|change| change.raw_bytes().to_vec()).unwrap_or_default()
    }

    fn apply(&mut self, update: &[u8]) {
        if !update.is_empty() {
            self.doc.load_incremental(update).expect("an update");
        }
    }

    fn apply_all_as_one(&mut self, updates: &[Vec<u8>]) {
        self.doc.load_incremental(&updates.concat()).expect("updates");
    }

    fn encode(&mut self, _format: u8) -> Vec<u8> {
        self.doc.save()
    }

    fn load(state: &[u8], _format: u8) -> Self {
        Self::with(AutoCommit::load(state).expect("a state"))
    }

    fn text(&self) -> String {
        self.doc.text(&self.text).expect("a text")
    }

    fn read(&self) -> usize {
        self.text().len() + self.doc.list_range(&self.list, ..).count() + self.doc.map_range(&self.map, ..).count()
    }

    fn length(&self) -> usize {
        self.doc.length(&self.text) + self.doc.length(&self.list)
    }
}
