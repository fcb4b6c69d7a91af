//! An input as ypp-compare writes it: bench/input_files.h.

use serde_json::Value;
use std::fs;

pub enum Edit {
    /// Replaces `deleted` from `position` on by a part of the input's characters.
    Text { position: usize, deleted: usize, begin: usize, end: usize },
    Array { position: usize, values: Vec<Value> },
    Map { key: String, value: Value },
}

pub struct Step {
    pub agent: usize,
    received: (usize, usize),
    edits: (usize, usize),
}

#[derive(Default)]
pub struct Input {
    prefix: String,
    pub agents: usize,
    /// Of the text or the array in the end.
    pub length: usize,
    pub steps: Vec<Step>,
    edits: Vec<Edit>,
    received: Vec<usize>,
    characters: String,
}

impl Input {
    /// `unit` is what positions count: "utf8" or "utf16".
    pub fn read(prefix: &str, unit: &str) -> Input {
        let file = fs::read_to_string(format!("{prefix}.{unit}.jsonl")).expect("no script");
        let mut lines = file.lines();
        let head: Value = serde_json::from_str(lines.next().expect("no head")).expect("no JSON");
        let mut input = Input {
            prefix: prefix.to_string(),
            agents: index(&head["agents"]),
            length: index(&head["length"]),
            ..Input::default()
        };
        for line in lines {
            input.add_step(&serde_json::from_str(line).expect("no JSON"));
        }
        input
    }

    fn add_step(&mut self, json: &Value) {
        let (edits, received) = (self.edits.len(), self.received.len());
        self.received.extend(json[1].as_array().expect("steps").iter().map(index));
        for edit in json[2].as_array().expect("edits") {
            let edit = match edit[0].as_str() {
                Some("t") => {
                    let begin = self.characters.len();
                    self.characters += edit[3].as_str().expect("text");
                    let end = self.characters.len();
                    Edit::Text { position: index(&edit[1]), deleted: index(&edit[2]), begin, end }
                }
                Some("a") => Edit::Array {
                    position: index(&edit[1]),
                    values: edit[2].as_array().expect("values").clone(),
                },
                _ => Edit::Map {
                    key: edit[1].as_str().expect("key").to_string(),
                    value: edit[2].clone(),
                },
            };
            self.edits.push(edit);
        }
        self.steps.push(Step {
            agent: index(&json[0]),
            received: (received, self.received.len()),
            edits: (edits, self.edits.len()),
        });
    }

    pub fn edits(&self, step: usize) -> &[Edit] {
        let (begin, end) = self.steps[step].edits;
        &self.edits[begin..end]
    }

    pub fn all_edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The steps of others that reach the author before this one.
    pub fn received(&self, step: usize) -> &[usize] {
        let (begin, end) = self.steps[step].received;
        &self.received[begin..end]
    }

    pub fn text(&self, begin: usize, end: usize) -> &str {
        &self.characters[begin..end]
    }

    /// In Yjs' format.
    pub fn yjs_updates(&self) -> Vec<Vec<u8>> {
        let bytes = self.file("updates");
        let mut updates = Vec::new();
        let mut rest = &bytes[..];
        while let Some((size, behind)) = rest.split_first_chunk::<4>() {
            let (update, behind) = behind.split_at(u32::from_le_bytes(*size) as usize);
            updates.push(update.to_vec());
            rest = behind;
        }
        updates
    }

    /// The full state in Yjs' format 1 or 2.
    pub fn yjs_state(&self, format: u8) -> Vec<u8> {
        self.file(if format == 1 { "v1" } else { "v2" })
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(format!("{}.{name}", self.prefix)).expect("cannot read the input")
    }
}

fn index(json: &Value) -> usize {
    json.as_u64().expect("a number") as usize
}
