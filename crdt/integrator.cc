#include "crdt/integrator.h"

#include <algorithm>

#include "codec/check.h"
#include "codec/update_writer.h"
#include "crdt/integrate_struct.h"

namespace ypp::internal {

using codec::StructKind;
using codec::StructView;
using codec::UpdateReader;

Integrator::Integrator(DocState& doc, IncomingUpdate& update)
    : doc_(doc),
      update_(update),
      index_(update.sections),
      runs_(doc, update),
      short_sections_(doc, update, index_),
      reader_(update.bytes(), update.dialect),
      candidates_before_(doc.transaction().merge_candidates.size()) {
  reader_.AcceptHolesWithFlags();
}

void Integrator::Run() {
  // The highest client first, as Yjs does: in a conflict the lower one then rarely has to wait.
  for (uint32_t i = 0; i < update_.sections.size(); ++i) {
    const IncomingSection& section = update_.sections[i];
    if (section.is_short && section.structs > 0 && !section.blocked) short_sections_.Run(i);
    if (section.structs > 0) RunSection(i);
  }
}

void Integrator::RunSection(uint32_t bottom) {
  if (update_.sections[bottom].blocked) return;
  stack_.push_back({bottom, 0});
  update_.sections[bottom].on_stack = true;
  while (!stack_.empty()) {
    const Frame top = stack_.back();
    IntegrateRuns(top);
    const ClientId client = update_.sections[top.section].client;
    const Clock state = doc_.clients.StateOf(client);
    const bool reached = stack_.size() > 1 && state >= top.until;
    if (reached || !Peek(top.section)) {
      if (!reached && stack_.size() > 1) {  // the update ends before what is needed
        WaitFor(client, state, top.until - 1);
        BlockStack();
        return;
      }
      update_.sections[top.section].on_stack = false;
      stack_.pop_back();
      continue;
    }
    if (view_.id.clock < state) CutNeighboursOfKnown();
    if (view_.kind != StructKind::kSkip && view_.end() > state) {
      if (view_.id.clock > state) {
        WaitFor(client, view_.id.clock - 1, view_.id.clock - 1);
        BlockStack();
        return;
      }
      if (view_.id.clock < state) view_ = SliceStruct(view_, state - view_.id.clock);
      Anchors anchors;
      if (Id needed;
          view_.kind != StructKind::kGc && !FindAnchors(doc_, view_, &anchors, &needed)) {
        const uint32_t section = index_.Find(needed.client);
        if (section == kNoIndex || update_.sections[section].on_stack ||
            update_.sections[section].blocked) {
          WaitFor(needed.client, doc_.clients.StateOf(needed.client), needed.clock);
          BlockStack();
          return;
        }
        update_.sections[section].on_stack = true;
        stack_.push_back({section, uint64_t{needed.clock} + 1});
        continue;
      }
      IntegrateNext(update_.sections[top.section], anchors);
    }
    Advance(top.section);
  }
}

// As many as the fast way takes.
void Integrator::IntegrateRuns(const Frame& top) {
  IncomingSection& section = update_.sections[top.section];
  const bool is_read = reader_section_ == top.section && view_is_read_;
  if (!section.is_noted || is_read) return;
  const Clock state = doc_.clients.StateOf(section.client);
  if (section.clock != state) return;
  runs_.Run(section, stack_.size() > 1 ? top.until : UINT64_MAX, GrowingPays());
}

void Integrator::IntegrateNext(const IncomingSection& section, const Anchors& anchors) {
  if (view_.id.clock == 0)
    doc_.clients[doc_.clients.Intern(section.client)].structs.Reserve(section.structs);
  if (GrowingPays() && GrowLastRun(doc_, view_, anchors)) {
    ++grown_;
  } else {
    IntegrateStruct(doc_, view_, anchors);
  }
}

// The runs of a document's whole state are as long as they can be: those that seem to go on will be
// cut again by what follows.
bool Integrator::GrowingPays() const {
  constexpr size_t kCutsToLearnFrom = 4;
  constexpr size_t kGrownPerCut = 4;  // a cut costs several times what growing saves
  const size_t cuts = doc_.transaction().merge_candidates.size() - candidates_before_;
  return cuts <= kCutsToLearnFrom + grown_ / kGrownPerCut;
}

bool Integrator::Peek(uint32_t index) {
  const IncomingSection& section = update_.sections[index];
  if (section.structs == 0) return false;
  if (reader_section_ == index && view_is_read_) return true;
  if (section.is_noted) {
    ReadNoted(section, section.position, section.clock, &view_);
  } else {
    if (reader_section_ != index) reader_.SeekTo(section.position, section.rest());
    const bool read = reader_.NextStruct(&view_);
    YPP_CHECK(read);
    after_view_ = reader_.position();
  }
  reader_section_ = index;
  view_is_read_ = true;
  return true;
}

void Integrator::ReadNoted(const IncomingSection& section, size_t index, ypp::Clock clock,
                           StructView* view) {
  const StructNote& note = update_.notes[index];
  if (!note.read_again) {
    const Id id = {section.client, clock};
    return ReadNote(note, update_.given, update_.noted_clients, id, view);
  }
  reader_.SeekTo(note.position, {section.client, clock, 1});
  const bool read = reader_.NextStruct(view);
  YPP_CHECK(read);
}

void Integrator::Advance(uint32_t index) {
  IncomingSection& section = update_.sections[index];
  section.position = section.is_noted ? section.position + 1 : after_view_;
  section.clock = view_.end();
  --section.structs;
  view_is_read_ = false;
}

// Yjs looks up the neighbours of a struct that it knows already, too, and cuts them there. At the
// end they are joined again, except deleted items that undo made copies of: these stay cut, which
// shows in the bytes.
void Integrator::CutNeighboursOfKnown() {
  if (doc_.redone.empty() || view_.kind == StructKind::kGc || view_.kind == StructKind::kSkip)
    return;
  Anchors anchors;
  if (Id missing; !FindAnchors(doc_, view_, &anchors, &missing)) return;
  const auto is_redone = [&](LocalId id) {
    if (!id.exists()) return false;
    const ItemRef ref = doc_.FindItem(id);
    return ref != ItemRef::kGc && (doc_.items[ref].flags & Item::kRedoneFlag) != 0;
  };
  if (is_redone(anchors.origin)) doc_.ItemEndingAt(anchors.origin);
  if (is_redone(anchors.right_origin)) doc_.ItemStartingAt(anchors.right_origin);
}

void Integrator::WaitFor(ClientId client, ypp::Clock missing, ypp::Clock needed) {
  Awaited& awaited = awaited_[client];
  awaited.missing = std::min(awaited.missing, missing);
  awaited.needed = std::min(awaited.needed, needed);
}

// The top waits for something of its own, each below for something of the one above it.
void Integrator::BlockStack() {
  for (const Frame& frame : stack_) {
    IncomingSection& section = update_.sections[frame.section];
    section.on_stack = false;
    section.blocked = true;
    if (frame.until > 0) WaitFor(section.client, Awaited::kNone, frame.until - 1);
  }
  stack_.clear();
  reader_section_ = kNoIndex;
  view_is_read_ = false;
}

void Integrator::WriteRest(const IncomingSection& section, codec::UpdateWriter& writer) {
  StructView view;
  if (!section.is_noted) reader_.SeekTo(section.position, section.rest());
  ypp::Clock clock = section.clock;
  for (size_t i = 0; i < section.structs; ++i, clock = view.end()) {
    if (section.is_noted) {
      ReadNoted(section, section.position + i, clock, &view);
    } else {
      reader_.NextStruct(&view);
    }
    ForgetInheritedParentSub(&view);
    writer.WriteStruct(view);
  }
}

std::string Integrator::TakeRest() {
  uint64_t count = 0;
  for (const IncomingSection& section : update_.sections) {
    if (section.blocked && section.structs > 0) ++count;
  }
  if (count == 0) return {};
  codec::UpdateWriter writer(codec::Dialect::kV1Any);
  writer.BeginUpdate(count);
  for (const IncomingSection& section : update_.sections) {
    if (!section.blocked || section.structs == 0) continue;
    writer.BeginSection(section.rest());
    awaited_[section.client].waiting = section.clock;
    WriteRest(section, writer);
  }
  writer.WriteDeleteSet(DeleteSet());
  return writer.Finish();
}

}  // namespace ypp::internal
