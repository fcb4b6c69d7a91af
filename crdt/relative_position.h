// Positions that stay where they are when others edit: between an index and the neighbour that it
// stands beside.
//
//   ypp::RelativePosition cursor = ypp::RelativePositionAt(text, 10);
//   std::string bytes = *ypp::EncodeRelativePosition(cursor);  // or RelativePositionToJson(cursor)
//   ... edits by anybody ...
//   if (auto place = ypp::ResolvePosition(doc, cursor)) Show(place->type, place->index);
//
// The encoding is in codec/relative_position.h. Looking up either way takes logarithmic time; the
// first one in a long history builds the index that this needs.
#ifndef YPP_CRDT_RELATIVE_POSITION_H_
#define YPP_CRDT_RELATIVE_POSITION_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "codec/any.h"
#include "codec/relative_position.h"
#include "crdt/doc.h"
#include "crdt/shared_type.h"

namespace ypp {

// The place before the element (UTF-16 unit, in a text) at `index`. With assoc >= 0 it sticks to
// that element; with assoc < 0 to the one before it. Where there is none it sticks to the end of
// the type, or to its beginning. An index behind the end means the end. A null position for a
// handle that is not valid().
RelativePosition RelativePositionAt(const SharedType& type, uint32_t index, int64_t assoc = 0);

struct AbsolutePosition {
  SharedType type;
  uint32_t index = 0;  // where the element was, if it is deleted
  int64_t assoc = 0;
};

// kFollow: an element that was deleted and brought back by undo in this very document is where its
// copy is. Only who undid knows of the copy, so kIgnore is for positions that all replicas shall
// agree on.
enum class UndoneDeletions { kFollow, kIgnore };

// nullopt when the document does not know the place yet, when it was collected, and for a null
// position. In a type that is deleted the index is 0. The root that a position names is opened,
// untyped, if there is none, as in Yjs.
std::optional<AbsolutePosition> ResolvePosition(Doc& doc, const RelativePosition& position,
                                                UndoneDeletions undone = UndoneDeletions::kFollow);

// {"type": {"client", "clock"}, "tname", "item": {"client", "clock"}, "assoc"} without what is not
// there: the form in which editors keep cursors in awareness states.
Any RelativePositionToJson(const RelativePosition& position);
// Members that are absent or null are not there. InvalidArgument when one has another shape.
absl::StatusOr<RelativePosition> RelativePositionFromJson(const Any& json);

}  // namespace ypp

#endif  // YPP_CRDT_RELATIVE_POSITION_H_
