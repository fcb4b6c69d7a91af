#include "crdt/snapshot.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "crdt/apply_update.h"
#include "crdt/doc_state.h"
#include "crdt/encode_state.h"
#include "crdt/snapshot_view.h"
#include "crdt/values.h"

namespace ypp {

using internal::ClientIndex;
using internal::DocState;
using internal::Item;
using internal::ItemRef;
using internal::MapEntry;
using internal::SnapshotView;
using internal::StructList;
using internal::TypeRecord;

namespace {

// The value of a chain at the snapshot: that of the last unit that was there, if it was not
// deleted. Not that of the last item, since old values are joined into one.
std::optional<Value> ChainValueAt(DocState& doc, const MapEntry& entry, const SnapshotView& view) {
  for (ItemRef ref = entry.tail; ref != ItemRef::kNone; ref = doc.items[ref].left) {
    const Item& item = doc.items[ref];
    const internal::Clock known = view.StateOf(item.id.client);
    if (item.id.clock >= known) continue;
    const internal::Clock offset = std::min(item.end(), known) - 1 - item.id.clock;
    if (!item.countable() || !view.Shows({item.id.client, item.id.clock + offset})) break;
    return internal::ReadValue(doc, item, offset);
  }
  return std::nullopt;
}

TypeRecord* RecordOf(const SharedType& type) {
  return type.valid() ? &type.state()->types[type.index()] : nullptr;
}

}  // namespace

Snapshot TakeSnapshot(const Doc& doc) {
  Snapshot snapshot;
  snapshot.deletes = internal::DeleteSetOf(*doc.state());
  snapshot.state = internal::StateVectorOf(*doc.state());
  return snapshot;
}

absl::Status RestoreSnapshot(Doc& doc, const Snapshot& snapshot, Doc& into) {
  DocState& from = *doc.state();
  if (from.options.gc) {
    return absl::FailedPreconditionError("the document collects garbage: old content may be gone");
  }
  for (const auto& [client, clock] : snapshot.state.entries()) {
    if (clock > from.clients.StateOf(client)) {
      return absl::InvalidArgumentError("the snapshot knows more than the document");
    }
    if (clock > 0 && clock < from.clients.StateOf(client) &&
        internal::CutsCharacter(from, from.clients.Local({client, clock}))) {
      return absl::InvalidArgumentError("the snapshot ends inside a character");
    }
  }
  std::string update;
  {
    internal::TransactionScope transaction(from);
    update = internal::EncodeUpTo(from, snapshot.state, snapshot.deletes, codec::Dialect::kV1Any);
  }
  return internal::ApplyUpdate(*into.state(), codec::AsBytes(update), codec::Dialect::kV1Any,
                               Origin("snapshot"));
}

absl::StatusOr<Doc> DocFromSnapshot(Doc& doc, const Snapshot& snapshot, DocOptions options) {
  Doc restored(std::move(options));
  if (absl::Status status = RestoreSnapshot(doc, snapshot, restored); !status.ok()) return status;
  return restored;
}

bool IsVisible(Id id, const Snapshot& snapshot) {
  if (id.clock >= snapshot.state.Get(id.client)) return false;
  for (const ClientRanges& entry : snapshot.deletes.clients()) {
    if (entry.client != id.client) continue;
    for (const ClockRange& range : entry.ranges) {
      if (id.clock >= range.clock && id.clock < range.end()) return false;
    }
  }
  return true;
}

std::vector<Value> ElementsAt(const SharedType& type, const Snapshot& snapshot,
                              SnapshotDetail detail) {
  std::vector<Value> elements;
  const TypeRecord* record = RecordOf(type);
  if (record == nullptr) return elements;
  DocState& doc = *type.state();
  const SnapshotView view(doc, snapshot);
  for (ItemRef ref = record->start; ref != ItemRef::kNone; ref = doc.items[ref].right) {
    const Item& item = doc.items[ref];
    if (!item.countable()) continue;
    internal::ValuePlace place;
    for (internal::Clock i = 0; i < item.length; ++i) {
      const internal::Clock decides = detail == SnapshotDetail::kElements ? i : 0;
      Value value = internal::TakeValue(doc, item, place);
      if (view.Shows({item.id.client, item.id.clock + decides})) {
        elements.push_back(std::move(value));
      }
    }
  }
  return elements;
}

Value EntryAt(const SharedType& type, std::string_view key, const Snapshot& snapshot) {
  const TypeRecord* record = RecordOf(type);
  if (record == nullptr) return Value();
  DocState& doc = *type.state();
  const internal::KeyIndex index = doc.strings.Find(key);
  const MapEntry* entry = index == internal::kNoIndex ? nullptr : record->map.Find(index);
  if (entry == nullptr) return Value();
  return ChainValueAt(doc, *entry, SnapshotView(doc, snapshot)).value_or(Value());
}

Entries EntriesAt(const SharedType& type, const Snapshot& snapshot) {
  Entries entries;
  const TypeRecord* record = RecordOf(type);
  if (record == nullptr) return entries;
  DocState& doc = *type.state();
  const SnapshotView view(doc, snapshot);
  for (const MapEntry& entry : record->map) {
    if (std::optional<Value> value = ChainValueAt(doc, entry, view)) {
      entries.emplace_back(std::string(doc.strings[entry.key]), *std::move(value));
    }
  }
  return entries;
}

DeleteSet DeletesOf(const Doc& doc) { return internal::DeleteSetOf(*doc.state()); }

void ForEachPiece(const Doc& doc, const DeleteSet& ids,
                  const std::function<void(const StructPiece&)>& visit) {
  DocState& state = *doc.state();
  for (const ClientRanges& entry : ids.clients()) {
    const ClientIndex client = state.clients.Find(entry.client);
    if (client == internal::kNoIndex) continue;
    const StructList& structs = state.clients[client].structs;
    for (const ClockRange& range : entry.ranges) {
      if (range.clock >= structs.end_clock()) continue;
      auto clock = static_cast<internal::Clock>(range.clock);
      const auto end =
          static_cast<internal::Clock>(std::min<Clock>(range.end(), structs.end_clock()));
      while (clock < end) {
        const StructList::Position p = structs.Find(clock);
        const internal::Clock piece_end = std::min(end, structs.EndOf(p));
        StructPiece piece{{entry.client, clock}, piece_end - clock, true, SharedType()};
        if (const ItemRef ref = structs[p].ref; ref != ItemRef::kGc) {
          const internal::TypeIndex parent = state.items[ref].parent;
          piece.collected = false;
          piece.parent = SharedType(&state, parent, state.types[parent].generation);
        }
        visit(piece);
        clock = piece_end;
      }
    }
  }
}

}  // namespace ypp
