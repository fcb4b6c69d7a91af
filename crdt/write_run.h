// Most of a document, straight from the items: runs of text and deleted runs. The fast way beside
// ViewOf and UpdateWriter, with the same bytes. WriteRun and WriteRunFrom return false, and have
// written nothing, for what has to be done the general way.
#ifndef YPP_CRDT_WRITE_RUN_H_
#define YPP_CRDT_WRITE_RUN_H_

#include <cstdint>
#include <string_view>

#include "codec/byte_writer.h"
#include "codec/struct_view.h"
#include "codec/update_columns.h"
#include "crdt/client_bytes.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// Without a neighbour, the parent has to be told.
inline bool IsRunWithNeighbour(const Item& item) {
  return (item.kind == codec::StructKind::kString || item.kind == codec::StructKind::kDeleted) &&
         (item.origin.exists() || item.right_origin.exists());
}

inline uint8_t RunInfo(const Item& item, bool has_origin) {
  return static_cast<uint8_t>(static_cast<uint8_t>(item.kind) |
                              (has_origin ? codec::kInfoHasOrigin : 0) |
                              (item.right_origin.exists() ? codec::kInfoHasRightOrigin : 0) |
                              (item.in_sequence() ? 0 : codec::kInfoHasParentSub));
}

// In V1, with another origin and a part of the text or of the length. REQUIRES: one of its
// neighbours.
[[gnu::always_inline]] inline void WriteRunAs(codec::ByteWriter& out, ClientBytes& last_client,
                                              const DocState& doc, const Item& item, LocalId origin,
                                              std::string_view text, Clock length) {
  constexpr size_t kMaxHeadBytes = 1 + 5 * codec::kMaxVarUintBytes;  // info, two ids, a length
  const auto put_id = [&](char* p, LocalId id) {
    return codec::PutVarUint(last_client.Put(p, doc.clients, id.client), id.clock);
  };
  char* p = out.Room(kMaxHeadBytes + text.size() + ByteStore::kSlackBytes);
  *p++ = static_cast<char>(RunInfo(item, origin.exists()));
  if (origin.exists()) p = put_id(p, origin);
  if (item.right_origin.exists()) p = put_id(p, item.right_origin);
  p = codec::PutVarUint(p, item.kind == codec::StructKind::kDeleted ? length : text.size());
  out.FilledUpTo(doc.bytes.Put(p, text));
}

// In V1.
[[gnu::always_inline]] inline bool WriteRun(codec::ByteWriter& out, ClientBytes& last_client,
                                            const DocState& doc, const Item& item) {
  if (!IsRunWithNeighbour(item)) return false;
  WriteRunAs(out, last_client, doc, item, item.origin,
             doc.bytes.View(item.content, item.content_size), item.length);
  return true;
}

// In V1, what is left of the item without its first `offset` units.
bool WriteRunFrom(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                  const Item& item, Clock offset);

// In V2.
[[gnu::always_inline]] inline bool WriteRun(codec::UpdateColumns& columns, const DocState& doc,
                                            const Item& item) {
  if (!IsRunWithNeighbour(item)) return false;
  columns.info.Write(RunInfo(item, item.origin.exists()));
  if (item.origin.exists()) {
    columns.client.Write(doc.clients[item.origin.client].id);
    columns.left_clock.Write(item.origin.clock);
  }
  if (item.right_origin.exists()) {
    columns.client.Write(doc.clients[item.right_origin.client].id);
    columns.right_clock.Write(item.right_origin.clock);
  }
  if (item.kind == codec::StructKind::kDeleted) {
    columns.length.Write(item.length);
  } else {
    codec::ByteWriter& text = columns.string.text();
    char* const room = text.Room(item.content_size + ByteStore::kSlackBytes);
    text.FilledUpTo(doc.bytes.Put(room, doc.bytes.View(item.content, item.content_size)));
    columns.string.WriteLength(item.length);
  }
  return true;
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_WRITE_RUN_H_
