use crate::input::{Edit, Input};
use crate::peer::Peer;
use diamond_types::list::encoding::EncodeOptions;
use diamond_types::list::{ListCRDT, OpLog};

/// Has texts alone, no transactions, and no message per edit.
pub struct Dt {
    crdt: ListCRDT,
    agent: u32,
}

impl Dt {
    fn edit(&mut self, input: &Input, edits: &[Edit]) {
        for edit in edits {
            if let Edit::Text { position, deleted, begin, end } = edit {
                if *deleted > 0 {
                    self.crdt.delete_without_content(self.agent, *position..*position + *deleted);
                }
                if begin < end {
                    self.crdt.insert(self.agent, *position, input.text(*begin, *end));
                }
            }
        }
    }
}

impl Peer for Dt {
    const UNIT: &'static str = "utf16";
    const MEASURES: &'static [&'static str] = &["replay", "replay-one", "encode-v1", "load-v1", "text"];

    fn new(agent: usize) -> Self {
        let mut crdt = ListCRDT::new();
        let agent = crdt.get_or_create_agent_id(&format!("agent {agent}"));
        Dt { crdt, agent }
    }

    fn make(&mut self, input: &Input, step: usize) {
        self.edit(input, input.edits(step));
    }

    fn make_all_as_one(&mut self, input: &Input) {
        self.edit(input, input.all_edits());
    }

    fn listen(&mut self) {
        unreachable!()
    }

    fn take_update(&mut self) -> Vec<u8> {
        unreachable!()
    }

    fn apply(&mut self, _update: &[u8]) {
        unreachable!()
    }

    fn encode(&mut self, _format: u8) -> Vec<u8> {
        self.crdt.oplog.encode(EncodeOptions::default())
    }

    fn load(state: &[u8], _format: u8) -> Self {
        Dt { crdt: ListCRDT::load_from(state).expect("a state"), agent: 0 }
    }

    fn text(&self) -> String {
        self.crdt.branch.content().to_string()
    }

    fn read(&self) -> usize {
        self.length()
    }

    fn length(&self) -> usize {
        self.crdt.branch.len()
    }

    /// One log of all authors, in which each edit stands where its author knew the text.
    fn state(input: &Input, _format: u8) -> Vec<u8> {
        let mut log = OpLog::new();
        let agents: Vec<u32> =
            (0..input.agents).map(|agent| log.get_or_create_agent_id(&format!("agent {agent}"))).collect();
        let mut known: Vec<Vec<usize>> = vec![Vec::new(); input.agents];
        let mut after_step: Vec<Vec<usize>> = Vec::with_capacity(input.steps.len());
        for (number, step) in input.steps.iter().enumerate() {
            for received in input.received(number) {
                let version = log.version_union(&known[step.agent], &after_step[*received]);
                known[step.agent] = version.to_vec();
            }
            for edit in input.edits(number) {
                if let Edit::Text { position, deleted, begin, end } = edit {
                    if *deleted > 0 {
                        let range = *position..*position + *deleted;
                        let time = log.add_delete_at(agents[step.agent], &known[step.agent], range);
                        known[step.agent] = vec![time];
                    }
                    if begin < end {
                        let inserted = input.text(*begin, *end);
                        let time = log.add_insert_at(agents[step.agent], &known[step.agent], *position, inserted);
                        known[step.agent] = vec![time];
                    }
                }
            }
            after_step.push(known[step.agent].clone());
        }
        log.encode(EncodeOptions::default())
    }
}
