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
    : doc_(doc), update_(update), reader_(update.bytes(), update.dialect) {
  reader_.AcceptHolesWithFlags();
}

void Integrator::Run() {
  // The highest client first, as Yjs does: in a conflict the lower one then rarely has to wait.
  for (uint32_t i = static_cast<uint32_t>(update_.sections.size()); i-- > 0;) RunSection(i);
}

void Integrator::RunSection(uint32_t bottom) {
  if (update_.sections[bottom].blocked) return;
  stack_.push_back({bottom, 0});
  update_.sections[bottom].on_stack = true;
  while (!stack_.empty()) {
    const Frame top = stack_.back();
    const ClientId client = update_.sections[top.section].client;
    const bool reached = stack_.size() > 1 && doc_.clients.StateOf(client) >= top.until;
    if (reached || !Peek(top.section)) {
      if (!reached && stack_.size() > 1) {  // the update ends before what is needed
        WaitFor(client, doc_.clients.StateOf(client));
        BlockStack();
        return;
      }
      update_.sections[top.section].on_stack = false;
      stack_.pop_back();
      continue;
    }
    const Clock state = doc_.clients.StateOf(client);
    if (view_.id.clock < state) CutNeighboursOfKnown();
    if (view_.kind != StructKind::kSkip && view_.end() > state) {
      if (view_.id.clock > state) {
        WaitFor(client, view_.id.clock - 1);
        BlockStack();
        return;
      }
      if (view_.id.clock < state) view_ = SliceStruct(view_, state - view_.id.clock);
      Anchors anchors;
      if (Id needed; view_.kind != StructKind::kGc && !FindAnchors(doc_, view_, &anchors, &needed)) {
        const uint32_t section = SectionOf(needed.client);
        if (section == kNoIndex || update_.sections[section].on_stack ||
            update_.sections[section].blocked) {
          WaitFor(needed.client, doc_.clients.StateOf(needed.client));
          BlockStack();
          return;
        }
        update_.sections[section].on_stack = true;
        stack_.push_back({section, uint64_t{needed.clock} + 1});
        continue;
      }
      IntegrateStruct(doc_, view_, anchors);
    }
    Advance(top.section);
  }
}

bool Integrator::Peek(uint32_t index) {
  const IncomingSection& section = update_.sections[index];
  if (section.structs == 0) return false;
  if (reader_section_ == index && view_is_read_) return true;
  if (reader_section_ != index) {
    reader_.SeekTo(section.position, section.rest());
    reader_section_ = index;
  }
  const bool read = reader_.NextStruct(&view_);
  YPP_CHECK(read);
  view_is_read_ = true;
  after_view_ = reader_.position();
  return true;
}

void Integrator::Advance(uint32_t index) {
  IncomingSection& section = update_.sections[index];
  section.position = after_view_;
  section.clock = view_.end();
  --section.structs;
  view_is_read_ = false;
}

// Yjs looks up the neighbours of a struct that it knows already, too, and cuts them there. At the end they are joined again, except deleted
// items that undo made copies of: these stay cut, which shows in the bytes.
void Integrator::CutNeighboursOfKnown() {
  if (doc_.redone.empty() || view_.kind == StructKind::kGc || view_.kind == StructKind::kSkip) return;
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

void Integrator::WaitFor(ClientId client, ypp::Clock clock) {
  const auto [entry, is_new] = missing_.try_emplace(client, clock);
  if (!is_new) entry->second = std::min(entry->second, clock);
}

void Integrator::BlockStack() {
  for (const Frame& frame : stack_) {
    update_.sections[frame.section].on_stack = false;
    update_.sections[frame.section].blocked = true;
  }
  stack_.clear();
  reader_section_ = kNoIndex;
  view_is_read_ = false;
}

uint32_t Integrator::SectionOf(ClientId client) const {
  const auto& sections = update_.sections;
  const auto found = std::lower_bound(
      sections.begin(), sections.end(), client,
      [](const IncomingSection& section, ClientId id) { return section.client < id; });
  if (found == sections.end() || found->client != client) return kNoIndex;
  return static_cast<uint32_t>(found - sections.begin());
}

std::string Integrator::TakeRest() {
  uint64_t count = 0;
  for (const IncomingSection& section : update_.sections) {
    if (section.blocked && section.structs > 0) ++count;
  }
  if (count == 0) return {};
  codec::UpdateWriter writer(codec::Dialect::kV1Any);
  writer.BeginUpdate(count);
  for (size_t i = update_.sections.size(); i-- > 0;) {  // clients descending
    const IncomingSection& section = update_.sections[i];
    if (!section.blocked || section.structs == 0) continue;
    writer.BeginSection(section.rest());
    reader_.SeekTo(section.position, section.rest());
    StructView view;
    while (reader_.NextStruct(&view)) {
      ForgetInheritedParentSub(&view);
      writer.WriteStruct(view);
    }
  }
  writer.WriteDeleteSet(DeleteSet());
  return writer.Finish();
}

}  // namespace ypp::internal
