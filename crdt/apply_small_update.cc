#include "crdt/apply_small_update.h"

#include "codec/small_update.h"
#include "codec/struct_view.h"
#include "crdt/apply_deletes.h"
#include "crdt/integrate.h"
#include "crdt/integrate_struct.h"
#include "crdt/observers.h"

namespace ypp::internal {

using codec::StructKind;
using codec::StructView;

namespace {

// Whether it is the next struct of its client and all it leans on is there.
bool Fits(const DocState& doc, const StructView& view, Anchors* anchors) {
  if (view.kind == StructKind::kGc || view.kind == StructKind::kSkip || view.length == 0)
    return false;
  if (view.id.clock != doc.clients.StateOf(view.id.client) || view.end() > kMaxDocumentClock)
    return false;
  Id missing;
  return FindAnchors(doc, view, anchors, &missing);
}

// The client of the range when the document has all of it; else kNoIndex.
ClientIndex ClientOfKnown(const DocState& doc, ClientId client_id, const ClockRange& range) {
  const ClientIndex client = doc.clients.Find(client_id);
  return client != kNoIndex && range.end() <= doc.clients[client].state() ? client : kNoIndex;
}

// A run grows of which nobody is told, and no format is to be looked at.
bool GrowUnwatched(DocState& doc, const StructView& view, const Anchors& anchors) {
  if (!doc.is_unwatched() || view.id.client == doc.options.client_id) return false;
  const ItemRef run = RunToGrow(doc, view, anchors);
  if (run == ItemRef::kNone) return false;
  const TypeIndex parent = doc.items[run].parent;
  if (doc.types[parent].has_formatting) return false;
  doc.ExtendUnwatched(run, view.content, static_cast<Clock>(view.length));
  doc.DropCursor(parent);
  return true;
}

}  // namespace

bool ApplySmallUpdate(DocState& doc, codec::Bytes bytes, const Origin& origin) {
  // Larger ones are seldom single structs, and their content may not fit.
  constexpr size_t kMaxBytes = 4096;
  if (bytes.size() > kMaxBytes || !doc.pending.empty() || !doc.erases_at_once() ||
      doc.bytes.size() + kMaxBytes > ByteStore::kMaxContentBytes) {
    return false;
  }
  codec::SmallUpdate update;
  if (!codec::ReadSmallUpdate(bytes, &update)) return false;
  Anchors anchors;
  if (update.has_struct && !Fits(doc, update.view, &anchors)) return false;
  const ClockRange& deleted = update.deleted;
  const bool deletes = deleted.length > 0;
  // What the struct brings could be what is deleted, or cut it.
  if (update.has_struct && deletes) return false;
  if (update.has_struct && GrowUnwatched(doc, update.view, anchors)) return true;
  const ClientIndex deleted_client =
      deletes ? ClientOfKnown(doc, update.deleted_client, deleted) : kNoIndex;
  if (deletes && deleted_client == kNoIndex) return false;

  doc.Begin(&origin, /*local=*/false);
  if (update.has_struct && !GrowLastRun(doc, update.view, anchors))
    IntegrateStruct(doc, update.view, anchors);
  if (deletes) DeleteKnown(doc, deleted_client, deleted);
  const ClientId writer = update.has_struct ? update.view.id.client : 0;
  TransactionState& transaction = doc.transaction();
  if (writer != doc.options.client_id && !ChangedFormattedText(doc, transaction))
    transaction.needs_checks = false;
  doc.End();
  return true;
}

}  // namespace ypp::internal
