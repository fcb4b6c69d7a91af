#include "crdt/incoming_update.h"

#include <algorithm>
#include <utility>

#include "codec/update_writer.h"
#include "crdt/item.h"

namespace ypp::internal {

using codec::Dialect;
using codec::StructKind;
using codec::StructView;
using codec::UpdateReader;

namespace {

// Of a section that holds a struct.
constexpr size_t kMinSectionBytes = 5;

// A struct may lean on its own client's past only: its future would have to be there before it.
bool LeansOnItsFuture(const StructView& view) {
  const auto ahead = [&](const Id& id) {
    return id.client == view.id.client && id.clock >= view.id.clock;
  };
  return (view.has_origin && ahead(view.origin)) ||
         (view.has_right_origin && ahead(view.right_origin)) ||
         (view.parent == StructView::Parent::kItem && ahead(view.parent_id));
}

// Yjs 13 keeps the last of several sections of one client.
void KeepLastOfEachClient(std::vector<IncomingSection>& sections) {
  const auto descends = [](const IncomingSection& a, const IncomingSection& b) {
    return a.client > b.client;
  };
  const auto not_after = [&](const IncomingSection& a, const IncomingSection& b) { return !descends(a, b); };
  if (std::adjacent_find(sections.begin(), sections.end(), not_after) == sections.end()) {
    std::reverse(sections.begin(), sections.end());
    return;
  }
  std::stable_sort(sections.begin(), sections.end(), [&](const auto& a, const auto& b) { return descends(b, a); });
  const auto same_client = [](const IncomingSection& a, const IncomingSection& b) {
    return a.client == b.client;
  };
  // unique keeps the first of equals, so it goes backwards.
  const auto kept = std::unique(sections.rbegin(), sections.rend(), same_client);
  sections.erase(sections.begin(), kept.base());
}

// The same structs in a form that can be read in any order. The counts are known, so nothing is moved afterwards.
absl::StatusOr<std::string> ToReadableAnywhere(codec::Bytes update, const DecodeLimits& limits) {
  UpdateReader reader(update, Dialect::kV2, limits);
  reader.AcceptHolesWithFlags();
  codec::UpdateWriter writer(Dialect::kV1Any);
  writer.BeginUpdate(reader.sections_left());
  UpdateReader::Section section;
  StructView view;
  while (reader.NextSection(&section)) {
    writer.BeginSection(section);
    while (reader.NextStruct(&view)) {
      codec::ForgetInheritedParentSub(&view);
      writer.WriteStruct(view);
    }
  }
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

}  // namespace

absl::StatusOr<IncomingUpdate> IncomingUpdate::Check(codec::Bytes update, Dialect dialect,
                                                     const DecodeLimits& limits) {
  IncomingUpdate incoming;
  incoming.given = update;
  incoming.dialect = dialect;
  if (dialect == Dialect::kV2) {
    auto converted = ToReadableAnywhere(update, limits);
    if (!converted.ok()) return converted.status();
    incoming.converted = *std::move(converted);
    incoming.dialect = Dialect::kV1Any;
  }

  UpdateReader reader(incoming.bytes(), incoming.dialect);
  reader.AcceptHolesWithFlags();
  incoming.sections.reserve(std::min<size_t>(reader.sections_left(), incoming.bytes().size() / kMinSectionBytes));
  UpdateReader::Section section;
  while (reader.NextSection(&section)) {
    if (section.structs == 0) continue;
    incoming.sections.push_back({section.client, reader.position(), section.clock,
                                 static_cast<uint32_t>(section.structs)});
    bool after_hole = false;
    StructView view;
    while (reader.NextStruct(&view)) {
      if (view.kind != StructKind::kGc && view.kind != StructKind::kSkip) ++incoming.items;
      if (view.kind == StructKind::kSkip) {
        after_hole = true;
      } else if (view.id.clock <= kMaxDocumentClock && view.end() > kMaxDocumentClock) {
        return codec::BadInput("a document holds clocks up to 2^32-1 only", reader.position());
      }
      if (!after_hole && LeansOnItsFuture(view)) {
        incoming.self_leaning.push_back({section.client, section.clock});
        after_hole = true;
      }
    }
  }
  incoming.deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  KeepLastOfEachClient(incoming.sections);
  return incoming;
}

}  // namespace ypp::internal
