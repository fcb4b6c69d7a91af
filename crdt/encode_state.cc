#include "crdt/encode_state.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "codec/check.h"
#include "codec/update_algebra.h"
#include "codec/update_writer.h"
#include "crdt/content.h"
#include "crdt/write_run.h"

namespace ypp::internal {

using codec::Dialect;
using codec::StructKind;
using codec::StructView;
using codec::UpdateWriter;

namespace {

struct Part {
  ClientIndex client;
  Clock from;
  // Where in the content of this run the unit `from` begins, if known (TouchedClient).
  ItemRef run = ItemRef::kNone;
  Clock run_clock = 0;
  uint32_t run_bytes = 0;
};

StructView StructAt(const DocState& doc, ClientIndex client, const StructList& structs,
                    StructList::Position p) {
  const StructList::Entry entry = structs[p];
  if (entry.ref != ItemRef::kGc) return ViewOf(doc, doc.items[entry.ref]);
  StructView view;
  view.kind = StructKind::kGc;
  view.id = {doc.clients[client].id, entry.clock};
  view.length = structs.EndOf(p) - entry.clock;
  return view;
}

void WriteStructAt(UpdateWriter& writer, const DocState& doc, ClientIndex client, const StructList& structs,
                   StructList::Position p) {
  const ItemRef ref = structs[p].ref;
  codec::ByteWriter* v1 = writer.v1_stream();
  if (v1 != nullptr && ref != ItemRef::kGc && WriteRun(*v1, doc, doc.items[ref])) return;
  writer.WriteStruct(StructAt(doc, client, structs, p));
}

// The first struct of a part, which loses what lies before.
void WriteRest(UpdateWriter& writer, const DocState& doc, const Part& part, const StructList& structs,
               StructList::Position p) {
  const StructList::Entry entry = structs[p];
  const Clock offset = part.from - entry.clock;
  if (offset == 0) return WriteStructAt(writer, doc, part.client, structs, p);
  codec::ByteWriter* v1 = writer.v1_stream();
  if (v1 != nullptr && entry.ref != ItemRef::kGc && WriteRun(*v1, doc, doc.items[entry.ref], offset)) return;
  StructView view = StructAt(doc, part.client, structs, p);
  if (view.kind == StructKind::kAny && part.run == entry.ref && part.run_clock == entry.clock) {
    writer.WriteStruct(codec::SliceStructAt(view, offset, part.run_bytes));
  } else {
    writer.WriteStruct(SliceStruct(view, offset));
  }
}

// Everything the client has from `part.from` on.
void WriteSection(UpdateWriter& writer, const DocState& doc, const Part& part) {
  const StructList& structs = doc.clients[part.client].structs;
  StructList::Position p = structs.Find(part.from);
  writer.BeginSection({doc.clients[part.client].id, part.from, structs.CountFrom(p)});
  WriteRest(writer, doc, part, structs, p);
  while (!structs.IsLast(p)) {
    p = structs.Next(p);
    WriteStructAt(writer, doc, part.client, structs, p);
  }
}

std::string EncodeParts(const DocState& doc, const std::vector<Part>& parts,
                        const DeleteSet& deletes, Dialect dialect, size_t size_hint) {
  UpdateWriter writer(dialect);
  writer.Reserve(size_hint);
  writer.BeginUpdate(parts.size());
  for (const Part& part : parts) WriteSection(writer, doc, part);
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

// Pending structs and deletions as one update each, in `dialect`.
std::vector<std::string> EncodePending(const DocState& doc, const StateVector& known,
                                       Dialect dialect) {
  std::vector<std::string> updates;
  if (!doc.pending.deletes.empty()) {
    DeleteSet deletes;
    for (const auto& [client, ranges] : doc.pending.deletes) {
      for (const ClockRange& range : ranges) deletes.Add(client, range);
    }
    deletes.Normalize();
    updates.push_back(EncodeParts(doc, {}, deletes, dialect, 0));
  }
  if (!doc.pending.updates.empty()) {
    const std::vector<codec::Bytes> parts = [&] {
      std::vector<codec::Bytes> spans;
      for (const std::string& update : doc.pending.updates) spans.push_back(codec::AsBytes(update));
      return spans;
    }();
    auto merged = codec::MergeUpdates(parts, Dialect::kV1Any);
    YPP_CHECK(merged.ok());
    auto diff = codec::DiffUpdate(codec::AsBytes(*merged), known, Dialect::kV1Any);
    YPP_CHECK(diff.ok());
    auto converted = codec::ConvertUpdate(codec::AsBytes(*diff), Dialect::kV1Any, dialect);
    YPP_CHECK(converted.ok());
    updates.push_back(*std::move(converted));
  }
  return updates;
}

}  // namespace

std::string EncodeState(const DocState& doc, const StateVector& known, Dialect dialect) {
  std::vector<Part> parts;
  for (const ClientIndex client : doc.clients.Descending()) {
    const ypp::Clock from = known.Get(doc.clients[client].id);
    if (from < doc.clients[client].state()) parts.push_back({client, static_cast<Clock>(from)});
  }
  const size_t size_hint = known.empty() ? doc.bytes.size() + doc.items.live() * 16 : 0;
  std::string state = EncodeParts(doc, parts, DeleteSetOf(doc), dialect, size_hint);
  if (doc.pending.empty()) return state;

  std::vector<std::string> updates = EncodePending(doc, known, dialect);
  updates.insert(updates.begin(), std::move(state));
  std::vector<codec::Bytes> spans;
  for (const std::string& update : updates) spans.push_back(codec::AsBytes(update));
  auto merged = codec::MergeUpdates(spans, dialect);
  YPP_CHECK(merged.ok());
  return *std::move(merged);
}

std::string EncodeUpTo(DocState& doc, const StateVector& state, const DeleteSet& deletes,
                       Dialect dialect) {
  std::vector<std::pair<ClientIndex, Clock>> parts;
  for (const ClientIndex client : doc.clients.Descending()) {
    const auto end = static_cast<Clock>(state.Get(doc.clients[client].id));
    if (end > 0) parts.emplace_back(client, end);
  }
  UpdateWriter writer(dialect);
  writer.BeginUpdate(parts.size());
  for (const auto& [client, end] : parts) {
    if (end < doc.clients[client].state()) doc.ItemStartingAt({client, end});
    const StructList& structs = doc.clients[client].structs;
    const StructList::Position last = structs.Find(end - 1);
    const size_t count = structs.size() - structs.CountFrom(last) + 1;
    writer.BeginSection({doc.clients[client].id, 0, count});
    for (StructList::Position p = structs.First();; p = structs.Next(p)) {
      writer.WriteStruct(StructAt(doc, client, structs, p));
      if (p == last) break;
    }
  }
  DeleteSet sorted = deletes;
  sorted.SortClients();
  writer.WriteDeleteSet(sorted);
  return writer.Finish();
}

namespace {

// What has come since the transaction began, clients descending.
absl::InlinedVector<Part, 4> AddedSince(const DocState& doc, const TransactionState& transaction) {
  absl::InlinedVector<Part, 4> parts;
  const auto note = [&](const TouchedClient& touched) {
    if (touched.before == doc.clients[touched.client].state()) return;
    parts.push_back({touched.client, touched.before, touched.run, touched.run_clock, touched.run_bytes});
  };
  if (transaction.next == nullptr) {
    for (const TouchedClient& touched : transaction.touched) note(touched);
  } else {
    for (const TouchedClient& touched : TouchedSince(transaction)) note(touched);
  }
  std::sort(parts.begin(), parts.end(), [&](const Part& a, const Part& b) {
    return doc.clients[a.client].id > doc.clients[b.client].id;
  });
  return parts;
}

// REQUIRES: `deletes` is sorted and joined, and of one client.
void WriteDeletesOfOne(UpdateWriter& writer, const DocState& doc, const std::vector<DeletedRange>& deletes) {
  absl::InlinedVector<ClockRange, 8> ranges;
  for (const DeletedRange& range : deletes) ranges.push_back({range.id.clock, range.length});
  writer.BeginDeletes(1);
  writer.WriteDeletes(doc.clients[deletes.front().id.client].id, ranges);
}

}  // namespace

std::string EncodeTransaction(const DocState& doc, const TransactionState& transaction,
                              Dialect dialect, std::string buffer) {
  const auto parts = AddedSince(doc, transaction);
  UpdateWriter writer(dialect, std::move(buffer));
  writer.BeginUpdate(parts.size());
  for (const Part& part : parts) WriteSection(writer, doc, part);
  const std::vector<DeletedRange>& deletes = transaction.deletes;
  if (deletes.empty()) {
    writer.BeginDeletes(0);
  } else if (deletes.front().id.client == deletes.back().id.client) {
    WriteDeletesOfOne(writer, doc, deletes);
  } else {
    DeleteSet set;
    for (const DeletedRange& range : deletes) {
      set.Add(doc.clients[range.id.client].id, {range.id.clock, range.length});
    }
    set.Normalize();
    writer.WriteDeleteSet(set);
  }
  return writer.Finish();
}

StateVector StateVectorOf(const DocState& doc) {
  StateVector vector;
  for (const ClientIndex client : doc.clients.Descending()) {
    vector.Set(doc.clients[client].id, doc.clients[client].state());
  }
  return vector;
}

DeleteSet DeleteSetOf(const DocState& doc) {
  DeleteSet deletes;
  for (const ClientIndex client : doc.clients.Descending()) {
    const StructList& structs = doc.clients[client].structs;
    for (StructList::Position p = structs.First();; p = structs.Next(p)) {
      const StructList::Entry entry = structs[p];
      if (entry.ref == ItemRef::kGc || doc.items[entry.ref].deleted()) {
        deletes.Add(doc.clients[client].id, {entry.clock, structs.EndOf(p) - entry.clock});
      }
      if (structs.IsLast(p)) break;
    }
  }
  return deletes;
}

}  // namespace ypp::internal
