#include "crdt/apply_small_update.h"

#include "codec/struct_view.h"
#include "codec/update_reader.h"
#include "crdt/erase.h"
#include "crdt/integrate.h"
#include "crdt/integrate_struct.h"
#include "crdt/observers.h"

namespace ypp::internal {

using codec::StructKind;
using codec::StructView;
using codec::UpdateReader;

namespace {

struct SmallUpdate {
  bool has_struct = false;
  StructView view;
  UpdateReader::DeletedRange deleted;  // empty: none
};

bool Read(codec::Bytes bytes, SmallUpdate* update) {
  UpdateReader reader(bytes, codec::Dialect::kV1);
  if (reader.sections_left() > 1) return false;
  UpdateReader::Section section;
  if (reader.NextSection(&section)) {
    if (section.structs != 1) return false;
    update->has_struct = true;
    reader.NextStruct(&update->view);
  }
  return reader.ReadSingleDelete(&update->deleted);
}

// Whether it is the next struct of its client and all it leans on is there.
bool Fits(const DocState& doc, const StructView& view, Anchors* anchors) {
  if (view.kind == StructKind::kGc || view.kind == StructKind::kSkip || view.length == 0) return false;
  if (view.id.clock != doc.clients.StateOf(view.id.client) || view.end() > kMaxDocumentClock) return false;
  Id missing;
  return FindAnchors(doc, view, anchors, &missing);
}

// The item that has all of the range, if it can be erased; kNone when there is no such item.
ItemRef ErasableItem(const DocState& doc, const UpdateReader::DeletedRange& range) {
  const ClientIndex client = doc.clients.Find(range.client);
  const Clock clock = static_cast<Clock>(range.range.clock);
  if (client == kNoIndex || range.range.end() > doc.clients[client].state()) return ItemRef::kNone;
  const ItemRef ref = doc.FindItem({client, clock});
  if (ref == ItemRef::kGc) return ItemRef::kNone;
  const Item& item = doc.items[ref];
  return IsErasable(item) && item.in_sequence() && range.range.end() <= item.end() ? ref : ItemRef::kNone;
}

}  // namespace

bool ApplySmallUpdate(DocState& doc, codec::Bytes bytes, const Origin& origin) {
  // Larger ones are seldom single structs, and their content may not fit.
  constexpr size_t kMaxBytes = 4096;
  if (bytes.size() > kMaxBytes || !doc.pending.empty() || !doc.erases_at_once() ||
      doc.bytes.size() + kMaxBytes > ByteStore::kMaxContentBytes) {
    return false;
  }
  SmallUpdate update;
  if (!Read(bytes, &update)) return false;
  Anchors anchors;
  if (update.has_struct && !Fits(doc, update.view, &anchors)) return false;
  const UpdateReader::DeletedRange& deleted = update.deleted;
  const bool deletes = deleted.range.length > 0;
  // What the struct brings could be what is deleted, or cut it.
  if (update.has_struct && deletes) return false;
  const ItemRef to_erase = deletes ? ErasableItem(doc, deleted) : ItemRef::kNone;
  if (deletes && to_erase == ItemRef::kNone) return false;

  doc.Begin(&origin, /*local=*/false);
  if (update.has_struct) IntegrateStruct(doc, update.view, anchors);
  if (deletes) {
    const Item& item = doc.items[to_erase];
    doc.DropCursor(item.parent);
    Erase(doc, to_erase, static_cast<Clock>(deleted.range.clock) - item.id.clock, static_cast<Clock>(deleted.range.length));
  }
  const ClientId writer = update.has_struct ? update.view.id.client : 0;
  TransactionState& transaction = doc.transaction();
  if (writer != doc.options.client_id && !ChangedFormattedText(doc, transaction)) transaction.needs_checks = false;
  doc.End();
  return true;
}

}  // namespace ypp::internal
