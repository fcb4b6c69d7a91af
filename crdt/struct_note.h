// What the first pass over an update keeps of a struct, so that the second one need not take the
// bytes apart again.
#ifndef YPP_CRDT_STRUCT_NOTE_H_
#define YPP_CRDT_STRUCT_NOTE_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "codec/byte_reader.h"
#include "codec/id.h"
#include "codec/quick_struct.h"
#include "codec/struct_view.h"
#include "crdt/item.h"

namespace ypp::internal {

// The clients that the notes of one update name, by small numbers.
class NotedClients {
 public:
  // Whoever takes part in something long: few. What names more is read again instead of noted.
  static constexpr uint8_t kMaxClients = 32;

  // False when there are too many already.
  bool FindOrAdd(ClientId client, uint8_t* number) {
    if (ids_[last_] == client && last_ < size_) {
      *number = last_;
      return true;
    }
    uint8_t found = 0;
    while (found < size_ && ids_[found] != client) ++found;
    if (found == kMaxClients) return false;
    if (found == size_) ids_[size_++] = client;
    *number = last_ = found;
    return true;
  }
  ClientId operator[](uint8_t number) const { return ids_[number]; }
  uint8_t size() const { return size_; }

 private:
  std::array<ClientId, kMaxClients> ids_ = {};
  uint8_t size_ = 0;
  uint8_t last_ = 0;
};

// Small, since a document has one for each of its structs while it is loaded.
struct StructNote {
  static constexpr uint8_t kNoClient = UINT8_MAX;

  Clock origin_clock = 0;
  Clock right_clock = 0;
  Clock length = 0;
  // Where its content lies in the update that was given; or, when it says too much for a note,
  // where it can be read again.
  uint32_t position = 0;
  uint32_t size_bytes = 0;
  uint8_t origin_client = kNoClient;  // as NotedClients counts them
  uint8_t right_client = kNoClient;
  codec::StructKind kind = codec::StructKind::kGc;
  bool read_again = false;

  bool has_origin() const { return origin_client != kNoClient; }
  bool has_right_origin() const { return right_client != kNoClient; }
};
static_assert(sizeof(StructNote) == 24);

// Whether a note says all there is: of text, deleted and collected runs that inherit their parent.
// REQUIRES: `given` is smaller than 4 GiB.
inline bool MakeNote(const codec::StructView& view, codec::Bytes given, NotedClients& clients,
                     StructNote* note) {
  using codec::StructKind;
  const bool is_item = view.kind == StructKind::kString || view.kind == StructKind::kDeleted;
  if (!is_item && view.kind != StructKind::kGc) return false;
  if (is_item && view.parent != codec::StructView::Parent::kInherited) return false;
  if (view.starts_inside_pair || view.length > kMaxDocumentClock) return false;
  const auto note_id = [&](const Id& id, uint8_t* client, Clock* clock) {
    *clock = static_cast<Clock>(id.clock);
    return id.clock <= kMaxDocumentClock && clients.FindOrAdd(id.client, client);
  };
  note->kind = view.kind;
  note->length = static_cast<Clock>(view.length);
  if (view.has_origin && !note_id(view.origin, &note->origin_client, &note->origin_clock))
    return false;
  if (view.has_right_origin && !note_id(view.right_origin, &note->right_client, &note->right_clock))
    return false;
  if (view.kind != StructKind::kString) return true;
  // A reader of V2 puts some texts together in memory of its own.
  const auto offset =
      reinterpret_cast<uintptr_t>(view.content.data()) - reinterpret_cast<uintptr_t>(given.data());
  if (offset > given.size() || view.content.size() > given.size() - offset) return false;
  note->position = static_cast<uint32_t>(offset);
  note->size_bytes = static_cast<uint32_t>(view.content.size());
  return true;
}

// The struct again, `id` being its first unit. Structs that inherit their parent do not say whether
// they belong to a map.
inline void ReadNote(const StructNote& note, codec::Bytes given, const NotedClients& clients, Id id,
                     codec::StructView* view) {
  view->Reset(id);
  view->kind = note.kind;
  view->length = note.length;
  view->has_origin = note.has_origin();
  view->has_right_origin = note.has_right_origin();
  if (note.has_origin()) view->origin = {clients[note.origin_client], note.origin_clock};
  if (note.has_right_origin()) view->right_origin = {clients[note.right_client], note.right_clock};
  view->content = codec::AsText(given).substr(note.position, note.size_bytes);
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_STRUCT_NOTE_H_
