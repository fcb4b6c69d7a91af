#include "crdt/write_run.h"

namespace ypp::internal {

bool WriteRunFrom(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                  const Item& item, Clock offset) {
  if (offset == 0) return WriteRun(out, last_client, doc, item);
  if (item.kind != codec::StructKind::kString && item.kind != codec::StructKind::kDeleted)
    return false;
  const bool is_text = item.kind == codec::StructKind::kString;
  if (is_text && item.content_size != item.length) return false;  // a character might be cut
  const LocalId before = {item.id.client, item.id.clock + offset - 1};
  WriteRunAs(out, last_client, doc, doc.bytes.all(), item, before, is_text ? offset : 0,
             item.length - offset);
  return true;
}

}  // namespace ypp::internal
