#include "crdt/write_run.h"

#include <string_view>

#include "codec/struct_view.h"

namespace ypp::internal {

using codec::PutVarUint;
using codec::StructKind;

namespace {

// info, two ids, a length
constexpr size_t kMaxHeadBytes = 1 + 5 * codec::kMaxVarUintBytes;

[[gnu::always_inline]] inline char* PutId(char* p, ClientBytes& last_client, const DocState& doc,
                                          LocalId id) {
  return PutVarUint(last_client.Put(p, doc.clients, id.client), id.clock);
}

}  // namespace

bool WriteRun(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
              const Item& item, Clock offset) {
  if (item.kind != StructKind::kString && item.kind != StructKind::kDeleted) return false;
  // Without origins, the parent has to be told.
  const LocalId origin =
      offset > 0 ? LocalId{item.id.client, item.id.clock + offset - 1} : item.origin;
  if (!origin.exists() && !item.right_origin.exists()) return false;
  std::string_view text = doc.bytes.View(item.content, item.content_size);
  if (offset > 0 && item.kind == StructKind::kString) {
    if (item.content_size != item.length) return false;  // a character might be cut
    text.remove_prefix(offset);
  }
  char* p = out.Room(kMaxHeadBytes + text.size() + ByteStore::kSlackBytes);
  *p++ = static_cast<char>(static_cast<uint8_t>(item.kind) |
                           (origin.exists() ? codec::kInfoHasOrigin : 0) |
                           (item.right_origin.exists() ? codec::kInfoHasRightOrigin : 0) |
                           (item.in_sequence() ? 0 : codec::kInfoHasParentSub));
  if (origin.exists()) p = PutId(p, last_client, doc, origin);
  if (item.right_origin.exists()) p = PutId(p, last_client, doc, item.right_origin);
  p = PutVarUint(p, item.kind == StructKind::kDeleted ? item.length - offset : text.size());
  out.FilledUpTo(doc.bytes.Put(p, text));
  return true;
}

}  // namespace ypp::internal
