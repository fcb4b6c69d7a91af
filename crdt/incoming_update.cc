#include "crdt/incoming_update.h"

#include <algorithm>
#include <utility>

#include "codec/update_algebra.h"

namespace ypp::internal {

using codec::Dialect;
using codec::StructKind;
using codec::StructView;
using codec::UpdateReader;

namespace {

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
  const auto by_client = [](const IncomingSection& a, const IncomingSection& b) {
    return a.rest.client < b.rest.client;
  };
  std::stable_sort(sections.begin(), sections.end(), by_client);
  const auto same_client = [](const IncomingSection& a, const IncomingSection& b) {
    return a.rest.client == b.rest.client;
  };
  // unique keeps the first of equals, so it goes backwards.
  const auto kept = std::unique(sections.rbegin(), sections.rend(), same_client);
  sections.erase(sections.begin(), kept.base());
}

}  // namespace

absl::StatusOr<IncomingUpdate> IncomingUpdate::Check(codec::Bytes update, Dialect dialect) {
  IncomingUpdate incoming;
  incoming.bytes = update;
  incoming.dialect = dialect;
  if (dialect == Dialect::kV2) {
    auto converted = codec::ConvertUpdate(update, Dialect::kV2, Dialect::kV1Any);
    if (!converted.ok()) return converted.status();
    incoming.converted = *std::move(converted);
    incoming.bytes = codec::AsBytes(incoming.converted);
    incoming.dialect = Dialect::kV1Any;
  }

  UpdateReader reader(incoming.bytes, incoming.dialect);
  UpdateReader::Section section;
  while (reader.NextSection(&section)) {
    incoming.sections.push_back({section, reader.position(), false, false});
    incoming.structs += section.structs;
    bool after_hole = false;
    StructView view;
    while (reader.NextStruct(&view)) {
      if (view.kind == StructKind::kSkip) after_hole = true;
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
