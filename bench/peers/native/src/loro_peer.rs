use crate::input::{Edit, Input};
use crate::peer::Peer;
use loro::{ExportMode, LoroDoc, LoroList, LoroMap, LoroText, LoroValue, Subscription};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Format 1 is its updates, format 2 its snapshot, whose state it decodes when somebody asks for it.
pub struct Loro {
    doc: LoroDoc,
    text: LoroText,
    list: LoroList,
    map: LoroMap,
    update: Arc<Mutex<Vec<u8>>>,
    listener: Option<Subscription>,
}

fn loro_value(value: &Value) -> LoroValue {
    match value {
        Value::Number(number) => LoroValue::from(number.as_i64().expect("a whole number")),
        Value::String(text) => LoroValue::from(text.as_str()),
        Value::Object(members) => LoroValue::from(
            members.iter().map(|(key, value)| (key.clone(), loro_value(value))).collect::<HashMap<_, _>>(),
        ),
        _ => unreachable!("no input has such values"),
    }
}

impl Loro {
    fn with(doc: LoroDoc) -> Self {
        Loro {
            text: doc.get_text("t"),
            list: doc.get_list("a"),
            map: doc.get_map("m"),
            doc,
            update: Arc::default(),
            listener: None,
        }
    }

    fn edit(&self, input: &Input, edits: &[Edit]) {
        for edit in edits {
            match edit {
                Edit::Text { position, deleted, begin, end } => {
                    if *deleted > 0 {
                        self.text.delete(*position, *deleted).expect("a place in the text");
                    }
                    if begin < end {
                        self.text.insert(*position, input.text(*begin, *end)).expect("a place in the text");
                    }
                }
                Edit::Array { position, values } => {
                    for (i, value) in values.iter().enumerate() {
                        self.list.insert(position + i, loro_value(value)).expect("a place in the list");
                    }
                }
                Edit::Map { key, value } => self.map.insert(key, loro_value(value)).expect("a key"),
            }
        }
        self.doc.commit();
    }
}

impl Peer for Loro {
    const UNIT: &'static str = "utf16";
    const MEASURES: &'static [&'static str] = &[
        "replay", "replay-events", "replay-one", "encode-v1", "encode-v2", "load-v1", "load-v2", "text",
        "apply", "apply-one", "live", "held-bytes", "allocations",
    ];

    fn new(agent: usize) -> Self {
        let doc = LoroDoc::new();
        doc.set_peer_id(agent as u64 + 1).expect("a peer");
        Self::with(doc)
    }

    fn make(&mut self, input: &Input, step: usize) {
        self.edit(input, input.edits(step));
    }

    fn make_all_as_one(&mut self, input: &Input) {
        self.edit(input, input.all_edits());
    }

    fn listen(&mut self) {
        let update = self.update.clone();
        self.listener = Some(self.doc.subscribe_local_update(Box::new(move |bytes| {
            *update.lock().unwrap() = bytes.clone();
            true
        })));
    }

    fn take_update(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.update.lock().unwrap())
    }

    fn apply(&mut self, update: &[u8]) {
        if !update.is_empty() {
            self.doc.import(update).expect("an update");
        }
    }

    fn apply_all_as_one(&mut self, updates: &[Vec<u8>]) {
        self.doc.import_batch(updates).expect("updates");
    }

    fn encode(&mut self, format: u8) -> Vec<u8> {
        let mode = if format == 1 { ExportMode::all_updates() } else { ExportMode::snapshot() };
        self.doc.export(mode).expect("a state")
    }

    fn load(state: &[u8], _format: u8) -> Self {
        let doc = LoroDoc::new();
        doc.import(state).expect("a state");
        Self::with(doc)
    }

    fn text(&self) -> String {
        self.text.to_string()
    }

    fn read(&self) -> usize {
        let mut seen = self.text.to_string().len();
        self.list.for_each(|_| seen += 1);
        self.map.for_each(|_, _| seen += 1);
        seen
    }

    fn length(&self) -> usize {
        self.text.len_unicode() + self.list.len()
    }
}
