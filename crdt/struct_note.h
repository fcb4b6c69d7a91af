// What the first pass over an update keeps of a struct, so that the second one need not take the
// bytes apart again.
#ifndef YPP_CRDT_STRUCT_NOTE_H_
#define YPP_CRDT_STRUCT_NOTE_H_

#include <cstdint>
#include <string_view>

#include "codec/byte_reader.h"
#include "codec/id.h"
#include "codec/struct_view.h"
#include "crdt/item.h"

namespace ypp::internal {

struct StructNote {
  ClientId origin_client = 0;
  ClientId right_client = 0;
  Clock origin_clock = 0;
  Clock right_clock = 0;
  Clock length = 0;
  // Where its content lies in the update that was given; or, when it says too much for a note,
  // where it can be read again.
  uint32_t position = 0;
  uint32_t size_bytes = 0;
  codec::StructKind kind = codec::StructKind::kGc;
  bool has_origin = false;
  bool has_right_origin = false;
  bool read_again = false;
};

// Whether a note says all there is: text, deleted and collected runs that inherit their parent.
// REQUIRES: `given` is smaller than 4 GiB.
inline bool MakeNote(const codec::StructView& view, codec::Bytes given, StructNote* note) {
  using codec::StructKind;
  const bool is_text = view.kind == StructKind::kString;
  if (!is_text && view.kind != StructKind::kDeleted && view.kind != StructKind::kGc) return false;
  if (view.kind != StructKind::kGc && view.parent != codec::StructView::Parent::kInherited)
    return false;
  constexpr ypp::Clock kMax = kMaxDocumentClock;
  if (view.length > kMax || view.starts_inside_pair) return false;
  note->kind = view.kind;
  note->length = static_cast<Clock>(view.length);
  note->has_origin = view.has_origin;
  note->has_right_origin = view.has_right_origin;
  if (view.has_origin) {
    if (view.origin.clock > kMax) return false;
    note->origin_client = view.origin.client;
    note->origin_clock = static_cast<Clock>(view.origin.clock);
  }
  if (view.has_right_origin) {
    if (view.right_origin.clock > kMax) return false;
    note->right_client = view.right_origin.client;
    note->right_clock = static_cast<Clock>(view.right_origin.clock);
  }
  if (is_text) {
    // A reader of V2 puts some texts together in memory of its own.
    const auto offset = reinterpret_cast<uintptr_t>(view.content.data()) -
                        reinterpret_cast<uintptr_t>(given.data());
    if (offset > given.size() || view.content.size() > given.size() - offset) return false;
    note->position = static_cast<uint32_t>(offset);
    note->size_bytes = static_cast<uint32_t>(view.content.size());
  }
  return true;
}

// The struct again, `id` being its first unit. Structs that inherit their parent do not say whether
// they belong to a map.
inline void ReadNote(const StructNote& note, codec::Bytes given, Id id, codec::StructView* view) {
  view->Reset(id);
  view->kind = note.kind;
  view->length = note.length;
  view->has_origin = note.has_origin;
  view->has_right_origin = note.has_right_origin;
  view->origin = {note.origin_client, note.origin_clock};
  view->right_origin = {note.right_client, note.right_clock};
  view->content = codec::AsText(given).substr(note.position, note.size_bytes);
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_STRUCT_NOTE_H_
