#include "crdt/array.h"

#include "crdt/check_values.h"
#include "crdt/edit.h"
#include "crdt/insert_values.h"
#include "crdt/map.h"
#include "crdt/text.h"
#include "crdt/value.h"
#include "crdt/values.h"

namespace ypp {

using internal::DocState;
using internal::InsertionPoint;
using internal::Item;
using internal::ItemRef;
using internal::TransactionScope;

namespace {

absl::Status CheckInsert(const Array& array, uint32_t index) {
  if (absl::Status usable = internal::CheckUsable(array, TypeKind::kArray); !usable.ok()) return usable;
  if (index > array.length()) return absl::OutOfRangeError("insertion behind the end of the array");
  return absl::OkStatus();
}

}  // namespace

uint32_t Array::length() const {
  const internal::TypeRecord* type = record();
  return type == nullptr ? 0 : type->length;
}

Value Array::Get(uint32_t index) const {
  if (index >= length()) return Value();
  DocState& doc = *state();
  // The boundary behind the element lies in the item that holds it.
  const internal::SequencePosition behind = doc.FindPosition(this->index(), index + 1);
  return internal::ReadValue(doc, doc.items[behind.item], behind.offset - 1);
}

void Array::ForEach(const std::function<void(const Value&)>& visit) const {
  const internal::TypeRecord* type = record();
  if (type == nullptr) return;
  DocState& doc = *state();
  for (ItemRef ref = type->start; ref != ItemRef::kNone;) {
    const Item& item = doc.items[ref];
    for (Clock i = 0; i < item.visible_length(); ++i) visit(internal::ReadValue(doc, item, i));
    ref = item.right;
  }
}

Any Array::ToJson() const { return valid() ? internal::TypeToAny(*this, 0) : Any(Any::Array()); }

absl::Status Array::Insert(uint32_t index, const std::vector<Value>& values) {
  if (absl::Status status = CheckInsert(*this, index); !status.ok()) return status;
  if (absl::Status status = internal::CheckElements(*state(), values); !status.ok()) return status;
  if (values.empty()) return absl::OkStatus();
  DocState& doc = *state();
  TransactionScope transaction(doc);
  InsertionPoint at = internal::PointAfter(doc, this->index(), index);
  internal::InsertValues(doc, at, values);
  const Clock end = index + static_cast<Clock>(values.size());
  doc.SetCursor(this->index(), at.left, end - doc.items[at.left].length);
  return absl::OkStatus();
}

absl::Status Array::Unshift(const std::vector<Value>& values) { return Insert(0, values); }

absl::Status Array::Push(const std::vector<Value>& values) {
  if (absl::Status status = CheckInsert(*this, 0); !status.ok()) return status;
  if (absl::Status status = internal::CheckElements(*state(), values); !status.ok()) return status;
  if (values.empty()) return absl::OkStatus();
  TransactionScope transaction(*state());
  InsertionPoint at = internal::PointAtEnd(*state(), this->index());
  internal::InsertValues(*state(), at, values);
  return absl::OkStatus();
}

absl::Status Array::Delete(uint32_t index, uint32_t length) {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kArray); !usable.ok()) return usable;
  if (index > this->length() || length > this->length() - index) {
    return absl::OutOfRangeError("deletion behind the end of the array");
  }
  if (length == 0) return absl::OkStatus();
  TransactionScope transaction(*state());
  internal::DeleteRange(*state(), this->index(), index, length);
  return absl::OkStatus();
}

absl::StatusOr<SharedType> Array::InsertType(uint32_t index, TypeKind kind) {
  if (absl::Status status = CheckInsert(*this, index); !status.ok()) return status;
  if (absl::Status nestable = internal::CheckNestable(kind); !nestable.ok()) return nestable;
  TransactionScope transaction(*state());
  InsertionPoint at = internal::PointAfter(*state(), this->index(), index);
  return internal::InsertNewType(*state(), at, {kind, {}, {}, {}, {}});
}

absl::StatusOr<SharedType> Array::PushType(TypeKind kind) {
  if (absl::Status status = CheckInsert(*this, 0); !status.ok()) return status;
  if (absl::Status nestable = internal::CheckNestable(kind); !nestable.ok()) return nestable;
  TransactionScope transaction(*state());
  InsertionPoint at = internal::PointAtEnd(*state(), this->index());
  return internal::InsertNewType(*state(), at, {kind, {}, {}, {}, {}});
}

absl::StatusOr<Map> Array::PushMap() {
  absl::StatusOr<SharedType> type = PushType(TypeKind::kMap);
  if (!type.ok()) return type.status();
  return Map(*type);
}

absl::StatusOr<Text> Array::PushText() {
  absl::StatusOr<SharedType> type = PushType(TypeKind::kText);
  if (!type.ok()) return type.status();
  return Text(*type);
}

absl::StatusOr<Array> Array::PushArray() {
  absl::StatusOr<SharedType> type = PushType(TypeKind::kArray);
  if (!type.ok()) return type.status();
  return Array(*type);
}

}  // namespace ypp
