#include "crdt/encode_state.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "codec/check.h"
#include "codec/update_algebra.h"
#include "codec/update_reader.h"
#include "codec/update_writer.h"
#include "crdt/content.h"
#include "crdt/incoming_update.h"
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

// Gathers what is deleted of one client, struct by struct.
class DeletedRanges {
 public:
  explicit DeletedRanges(const DocState& doc) : doc_(doc) {}

  void Add(StructList::Entry entry, Clock end) {
    if (entry.ref == ItemRef::kGc || doc_.items[entry.ref].deleted()) AddDeleted(entry.clock, end);
  }
  void AddDeleted(Clock begin, Clock end) {
    if (begin == end_before_ && !ranges_.empty()) {
      ranges_.back().length += end - begin;
    } else {
      ranges_.push_back({begin, end - begin});
    }
    end_before_ = end;
  }
  // Adds them to `deletes`, and begins anew.
  void EndClient(ClientId client, std::vector<ClientRanges>& deletes) {
    if (!ranges_.empty()) deletes.push_back({client, std::exchange(ranges_, {})});
  }

 private:
  const DocState& doc_;
  std::vector<ClockRange> ranges_;
  ypp::Clock end_before_ = 0;
};

// One client's structs on their way out.
class SectionWriter {
 public:
  SectionWriter(UpdateWriter& writer, const DocState& doc, ClientIndex client)
      : writer_(writer),
        v1_(writer.v1_stream()),
        v2_(writer.v2_columns()),
        doc_(doc),
        client_(doc.clients[client].id) {}

  void Begin(ypp::Clock clock, size_t structs) { writer_.BeginSection({client_, clock, structs}); }
  void Write(StructList::Entry entry, Clock end) {
    if (entry.ref != ItemRef::kGc) {
      const Item& item = doc_.items[entry.ref];
      if (v1_ != nullptr && WriteRun(*v1_, last_client_, doc_, item)) return;
      if (v2_ != nullptr && WriteRun(*v2_, doc_, item)) return;
    }
    View(entry, end);
    writer_.WriteStruct(view_);
  }
  // All that the client has, in V1, and gathers what is deleted on the way. Out of line, so that
  // the registers are for its loop alone.
  [[gnu::noinline]] void WriteAllV1(const StructList& structs, DeletedRanges& ranges) {
    StreamEnd out(*v1_);
    ClientBytes last_client;
    structs.ForEachFrom(structs.First(), [&, all = doc_.bytes.all()](StructList::Entry entry,
                                                                     Clock end) {
      const Item* const item = entry.ref == ItemRef::kGc ? nullptr : &doc_.items[entry.ref];
      if (item != nullptr && IsRunWithNeighbour(*item)) {
        WriteRunAs(out, last_client, doc_, all, *item, item->origin, /*offset=*/0, item->length);
      } else {
        out.Flush();
        View(entry, end);
        writer_.WriteStruct(view_);
      }
      if (item == nullptr || item->deleted()) ranges.AddDeleted(entry.clock, end);
    });
    out.Flush();
  }
  // The first struct of a part, which loses what lies before.
  void WriteRest(const Part& part, StructList::Entry entry, Clock end) {
    const Clock offset = part.from - entry.clock;
    if (offset == 0) return Write(entry, end);
    if (v1_ != nullptr && entry.ref != ItemRef::kGc &&
        WriteRunFrom(*v1_, last_client_, doc_, doc_.items[entry.ref], offset))
      return;
    View(entry, end);
    if (view_.kind == StructKind::kAny && part.run == entry.ref && part.run_clock == entry.clock) {
      writer_.WriteStruct(codec::SliceStructAt(view_, offset, part.run_bytes));
    } else {
      writer_.WriteStruct(SliceStruct(view_, offset));
    }
  }

 private:
  void View(StructList::Entry entry, Clock end) {
    if (entry.ref != ItemRef::kGc) return ViewOf(doc_, doc_.items[entry.ref], &view_);
    view_.Reset({client_, entry.clock});
    view_.length = end - entry.clock;
  }

  UpdateWriter& writer_;
  codec::ByteWriter* v1_;
  codec::UpdateColumns* v2_;
  const DocState& doc_;
  const ClientId client_;
  ClientBytes last_client_;
  StructView view_;
};

// Everything the client has from `part.from` on.
void WriteSection(UpdateWriter& writer, const DocState& doc, const Part& part) {
  const StructList& structs = doc.clients[part.client].structs;
  const StructList::Position first = structs.Find(part.from);
  SectionWriter section(writer, doc, part.client);
  section.Begin(part.from, structs.CountFrom(first));
  section.WriteRest(part, structs[first], structs.EndOf(first));
  if (structs.IsLast(first)) return;
  structs.ForEachFrom(structs.Next(first),
                      [&](StructList::Entry entry, Clock end) { section.Write(entry, end); });
}

// All that the document has, and gathers what is deleted on the way.
template <Dialect kDialect>
std::string EncodeAll(const DocState& doc) {
  const std::vector<ClientIndex> clients = doc.clients.Descending();
  UpdateWriter writer(kDialect);
  writer.Reserve(doc.items.live(), doc.bytes.size());
  writer.BeginUpdate(clients.size());
  std::vector<ClientRanges> deletes;
  DeletedRanges ranges(doc);
  for (const ClientIndex client : clients) {
    const StructList& structs = doc.clients[client].structs;
    SectionWriter section(writer, doc, client);
    section.Begin(0, structs.size());
    if constexpr (kDialect == Dialect::kV1) {
      section.WriteAllV1(structs, ranges);
    } else {
      structs.ForEachFrom(structs.First(), [&](StructList::Entry entry, Clock end) {
        section.Write(entry, end);
        ranges.Add(entry, end);
      });
    }
    ranges.EndClient(doc.clients[client].id, deletes);
  }
  writer.WriteDeleteSet(DeleteSet::FromParts(std::move(deletes)));
  return writer.Finish();
}

std::string EncodeParts(const DocState& doc, const std::vector<Part>& parts,
                        const DeleteSet& deletes, Dialect dialect) {
  UpdateWriter writer(dialect);
  writer.BeginUpdate(parts.size());
  for (const Part& part : parts) WriteSection(writer, doc, part);
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

// What is in the document or known already, whichever goes further.
StateVector HeldOrKnown(const DocState& doc, const StateVector& known) {
  StateVector both = known;
  for (const ClientIndex client : doc.clients.Descending()) {
    const ClientId id = doc.clients[client].id;
    both.Set(id, std::max<ypp::Clock>(known.Get(id), doc.clients[client].state()));
  }
  return both;
}

// What waits, from `held` on, without what no document can ever hold (LeansOnItsFuture). That was
// let in behind a gap which is filled now, and whoever loads the state would refuse it.
std::string LeaveOutUnfit(std::string waiting, const StateVector& held) {
  codec::UpdateReader reader(codec::AsBytes(waiting), Dialect::kV1Any);
  reader.AcceptHolesWithFlags();
  UpdateWriter writer(Dialect::kV1Any);
  writer.BeginUpdate(reader.sections_left());
  bool found = false;
  codec::UpdateReader::Section section;
  for (codec::StructView view; reader.NextSection(&section);) {
    writer.BeginSection(section);
    bool after_hole = section.clock > held.Get(section.client);
    while (reader.NextStruct(&view)) {
      if (!after_hole && LeansOnItsFuture(view)) {
        const ypp::Clock length = view.length;
        view.Reset(view.id);
        view.kind = codec::StructKind::kSkip;
        view.length = length;
        found = true;
      }
      after_hole = after_hole || (view.kind == StructKind::kSkip && view.length > 0);
      ForgetInheritedParentSub(&view);
      writer.WriteStruct(view);
    }
  }
  writer.WriteDeleteSet(DeleteSet());
  return found ? writer.Finish() : waiting;
}

// Pending structs and deletions as one update each, in `dialect`. What came in another form
// meanwhile is left out: whoever loads the state would wait for it.
std::vector<std::string> EncodePending(const DocState& doc, const StateVector& known,
                                       Dialect dialect) {
  std::vector<std::string> updates;
  if (!doc.pending.deletes.empty()) {
    DeleteSet deletes;
    for (const auto& [client, ranges] : doc.pending.deletes) {
      for (const ClockRange& range : ranges) deletes.Add(client, range);
    }
    deletes.Normalize();
    updates.push_back(EncodeParts(doc, {}, deletes, dialect));
  }
  if (!doc.pending.structs.empty()) {
    const std::vector<codec::Bytes> parts = [&] {
      std::vector<codec::Bytes> spans;
      for (const std::string& update : doc.pending.structs.updates())
        spans.push_back(codec::AsBytes(update));
      return spans;
    }();
    auto merged = codec::MergeUpdates(parts, Dialect::kV1Any);
    YPP_CHECK(merged.ok());
    const StateVector held = HeldOrKnown(doc, known);
    auto diff = codec::DiffUpdate(codec::AsBytes(*merged), held, Dialect::kV1Any);
    YPP_CHECK(diff.ok());
    const std::string waiting = LeaveOutUnfit(*std::move(diff), held);
    auto converted = codec::ConvertUpdate(codec::AsBytes(waiting), Dialect::kV1Any, dialect);
    YPP_CHECK(converted.ok());
    updates.push_back(*std::move(converted));
  }
  return updates;
}

}  // namespace

std::string EncodeState(const DocState& doc, const StateVector& known, Dialect dialect) {
  if (known.empty() && doc.pending.empty() && dialect == Dialect::kV1)
    return EncodeAll<Dialect::kV1>(doc);
  if (known.empty() && doc.pending.empty() && dialect == Dialect::kV2)
    return EncodeAll<Dialect::kV2>(doc);
  std::vector<Part> parts;
  for (const ClientIndex client : doc.clients.Descending()) {
    const ypp::Clock from = known.Get(doc.clients[client].id);
    if (from < doc.clients[client].state()) parts.push_back({client, static_cast<Clock>(from)});
  }
  std::string state = EncodeParts(doc, parts, DeleteSetOf(doc), dialect);
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
    SectionWriter section(writer, doc, client);
    section.Begin(0, count);
    for (StructList::Position p = structs.First();; p = structs.Next(p)) {
      section.Write(structs[p], structs.EndOf(p));
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
    parts.push_back(
        {touched.client, touched.before, touched.run, touched.run_clock, touched.run_bytes});
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
void WriteDeletesOfOne(UpdateWriter& writer, const DocState& doc,
                       const std::vector<DeletedRange>& deletes) {
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
  std::vector<ClientRanges> deletes;
  DeletedRanges ranges(doc);
  for (const ClientIndex client : doc.clients.Descending()) {
    const StructList& structs = doc.clients[client].structs;
    structs.ForEachFrom(structs.First(),
                        [&](StructList::Entry entry, Clock end) { ranges.Add(entry, end); });
    ranges.EndClient(doc.clients[client].id, deletes);
  }
  return DeleteSet::FromParts(std::move(deletes));
}

}  // namespace ypp::internal
