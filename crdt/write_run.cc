#include "crdt/write_run.h"

namespace ypp::internal {

bool WriteRunFrom(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                  const Item& item, Clock offset) {
  if (offset == 0) return WriteRun(out, last_client, doc, item);
  if (item.kind != codec::StructKind::kString && item.kind != codec::StructKind::kDeleted)
    return false;
  std::string_view text = doc.bytes.View(item.content, item.content_size);
  if (item.kind == codec::StructKind::kString) {
    if (item.content_size != item.length) return false;  // a character might be cut
    text.remove_prefix(offset);
  }
  const LocalId before = {item.id.client, item.id.clock + offset - 1};
  WriteRunAs(out, last_client, doc, item, before, text, item.length - offset);
  return true;
}

}  // namespace ypp::internal
