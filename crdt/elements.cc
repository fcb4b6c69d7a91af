#include "crdt/elements.h"

#include <algorithm>

#include "crdt/check_values.h"
#include "crdt/edit.h"
#include "crdt/insert_values.h"
#include "crdt/sequence_reader.h"
#include "crdt/values.h"

namespace ypp::internal {

namespace {

absl::Status CheckInsert(const SharedType& list, TypeKind base, absl::Span<const Value> values) {
  if (absl::Status usable = CheckUsable(list, base); !usable.ok()) return usable;
  return CheckElements(*list.state(), values);
}

// An index of a JavaScript slice, within the list.
uint32_t Bound(int64_t index, uint32_t length) {
  if (index < 0) index += length;
  return static_cast<uint32_t>(std::clamp<int64_t>(index, 0, length));
}

}  // namespace

uint32_t ElementCount(const SharedType& list) {
  const TypeRecord* type = list.record();
  return type == nullptr ? 0 : type->length;
}

Value ElementAt(const SharedType& list, uint32_t index) {
  if (index >= ElementCount(list)) return Value();
  DocState& doc = *list.state();
  // The boundary behind the element lies in the item that holds it.
  const SequencePosition behind = doc.FindPosition(list.index(), index + 1);
  return ReadValue(doc, doc.items[behind.item], behind.offset - 1);
}

std::vector<Value> SliceElements(const SharedType& list, int64_t start, int64_t end) {
  std::vector<Value> values;
  const uint32_t length = ElementCount(list);
  const uint32_t first = Bound(start, length);
  const uint32_t last = Bound(end, length);
  if (first >= last) return values;
  values.resize(last - first);
  SequenceReader reader(*list.state(), list.index(), first);
  for (Value& value : values) reader.Next(&value);
  return values;
}

void ForEachElement(const SharedType& list, const std::function<void(const Value&)>& visit) {
  if (!list.valid()) return;
  SequenceReader reader(*list.state(), list.index());
  for (Value value; reader.Next(&value);) visit(value);
}

absl::Status InsertElements(const SharedType& list, TypeKind base, uint32_t index,
                            absl::Span<const Value> values) {
  if (absl::Status status = CheckInsert(list, base, values); !status.ok()) return status;
  DocState& doc = *list.state();
  if (index > doc.types[list.index()].length)
    return absl::OutOfRangeError("insertion behind the end of the list");
  if (values.empty()) return absl::OkStatus();
  if (values.size() == 1 && IsPacked(values[0]) &&
      NeedsNoTransaction(doc, doc.types[list.index()])) {
    InsertionPoint at = PointAfter(doc, list.index(), index);
    InsertUnwatched(doc, at, *values[0].if_any());
    doc.SetCursor(list.index(), at.left, index + 1 - doc.items[at.left].length);
    return absl::OkStatus();
  }
  TransactionScope transaction(doc);
  InsertionPoint at = PointAfter(doc, list.index(), index);
  InsertValues(doc, at, values);
  const Clock end = index + static_cast<Clock>(values.size());
  if (!doc.items[at.left].deleted()) {
    doc.SetCursor(list.index(), at.left, end - doc.items[at.left].length);
  }
  return absl::OkStatus();
}

absl::Status PushElements(const SharedType& list, TypeKind base, absl::Span<const Value> values) {
  if (absl::Status status = CheckInsert(list, base, values); !status.ok()) return status;
  if (values.empty()) return absl::OkStatus();
  DocState& doc = *list.state();
  InsertionPoint at = PointAtEnd(doc, list.index());
  if (values.size() == 1 && IsPacked(values[0]) && NeedsNoTransaction(doc, doc.types[at.parent])) {
    InsertUnwatched(doc, at, *values[0].if_any());
    return absl::OkStatus();
  }
  TransactionScope transaction(doc);
  InsertValues(doc, at, values);
  return absl::OkStatus();
}

absl::Status InsertElementsAfter(const SharedType& list, TypeKind base, const Value& child,
                                 absl::Span<const Value> values) {
  if (absl::Status status = CheckInsert(list, base, values); !status.ok()) return status;
  DocState& doc = *list.state();
  InsertionPoint at;
  at.parent = list.index();
  if (const SharedType* type = child.if_type()) {
    const TypeRecord* record = type->state() == &doc ? type->record() : nullptr;
    if (record != nullptr && !record->is_root()) at.left = record->item;
    if (at.left == ItemRef::kNone || doc.items[at.left].parent != list.index() ||
        !doc.items[at.left].in_sequence()) {
      return absl::InvalidArgumentError("the type to insert behind is not in this list");
    }
    at.right = doc.items[at.left].right;
  } else {
    if (child.if_any() == nullptr ||
        !(child.if_any()->is_undefined() || child.if_any()->is_null())) {
      return absl::InvalidArgumentError("only a shared type can be inserted behind");
    }
    at.right = list.record()->start;
  }
  if (values.empty()) return absl::OkStatus();
  TransactionScope transaction(doc);
  InsertValues(doc, at, values);
  return absl::OkStatus();
}

absl::Status DeleteElements(const SharedType& list, TypeKind base, uint32_t index,
                            uint32_t length) {
  if (absl::Status usable = CheckUsable(list, base); !usable.ok()) return usable;
  const uint32_t count = ElementCount(list);
  if (index > count || length > count - index) {
    return absl::OutOfRangeError("deletion behind the end of the list");
  }
  if (length == 0) return absl::OkStatus();
  TransactionScope transaction(*list.state());
  DeleteRange(*list.state(), list.index(), index, length);
  return absl::OkStatus();
}

}  // namespace ypp::internal
