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

// The end of a V1 stream at hand: who writes many runs need not look it up for each. To be flushed
// before somebody else writes, and at the end.
class StreamEnd {
 public:
  explicit StreamEnd(codec::ByteWriter& out) : out_(out) {}

  // As those of ByteWriter.
  [[gnu::always_inline]] char* Room(size_t size_bytes) {
    constexpr size_t kMoreBytes = 4096;
    if (__builtin_expect(static_cast<size_t>(end_ - next_) < size_bytes, 0)) {
      Flush();
      next_ = out_.Room(size_bytes + kMoreBytes);
      end_ = next_ + size_bytes + kMoreBytes;
    }
    return next_;
  }
  void FilledUpTo(char* end) { next_ = end; }
  void Flush() {
    if (next_ != nullptr) out_.FilledUpTo(next_);
    next_ = end_ = nullptr;
  }

 private:
  codec::ByteWriter& out_;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

// In V1, with another origin, from `offset` of its text on or with another length. `all` is what
// the document's byte store holds. REQUIRES: one of its neighbours.
template <typename Stream>
[[gnu::always_inline]] inline void WriteRunAs(Stream& out, ClientBytes& last_client,
                                              const DocState& doc, std::string_view all,
                                              const Item& item, LocalId origin, Clock offset,
                                              Clock length) {
  constexpr size_t kMaxHeadBytes = 1 + 5 * codec::kMaxVarUintBytes;  // info, two ids, a length
  // A deleted run has no text. Which of them are deleted, nobody can foretell.
  const size_t text_size = item.content_size - offset;
  const size_t number = text_size + (item.kind == codec::StructKind::kDeleted ? length : 0);
  const auto put_id = [&](char* p, LocalId id) {
    return codec::PutEvenVarUint(last_client.Put(p, doc.clients, id.client), id.clock);
  };
  char* p = out.Room(kMaxHeadBytes + text_size + ByteStore::kSlackBytes);
  *p++ = static_cast<char>(RunInfo(item, origin.exists()));
  if (origin.exists()) p = put_id(p, origin);
  if (item.right_origin.exists()) p = put_id(p, item.right_origin);
  p = codec::PutVarUint(p, number);
  out.FilledUpTo(ByteStore::PutPart(p, all, item.content + offset, text_size));
}

// In V1.
[[gnu::always_inline]] inline bool WriteRun(codec::ByteWriter& out, ClientBytes& last_client,
                                            const DocState& doc, const Item& item) {
  if (!IsRunWithNeighbour(item)) return false;
  WriteRunAs(out, last_client, doc, doc.bytes.all(), item, item.origin, /*offset=*/0, item.length);
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
