#include "crdt/array.h"

#include "crdt/clone.h"
#include "crdt/edit.h"
#include "crdt/elements.h"
#include "crdt/insert_values.h"
#include "crdt/map.h"
#include "crdt/new_type.h"
#include "crdt/text.h"
#include "crdt/values.h"

namespace ypp {

using internal::InsertionPoint;
using internal::TransactionScope;

namespace {

absl::Status CheckInsertType(const Array& array, TypeKind kind) {
  if (absl::Status usable = internal::CheckUsable(array, TypeKind::kArray); !usable.ok())
    return usable;
  return internal::CheckNestable(kind);
}

template <typename Handle>
absl::StatusOr<Handle> As(const absl::StatusOr<SharedType>& type) {
  if (!type.ok()) return type.status();
  return Handle(*type);
}

}  // namespace

uint32_t Array::length() const { return internal::ElementCount(*this); }
Value Array::Get(uint32_t index) const { return internal::ElementAt(*this, index); }

std::vector<Value> Array::Slice(int64_t start, int64_t end) const {
  return internal::SliceElements(*this, start, end);
}

void Array::ForEach(const std::function<void(const Value&)>& visit) const {
  internal::ForEachElement(*this, visit);
}

Any Array::ToJson() const { return valid() ? internal::TypeToAny(*this, 0) : Any(Any::Array()); }
NewType Array::Clone() const { return valid() ? internal::CloneType(*this) : NewArray(); }

absl::Status Array::Insert(uint32_t index, absl::Span<const Value> values) {
  return internal::InsertElements(*this, TypeKind::kArray, index, values);
}

absl::Status Array::Push(absl::Span<const Value> values) {
  return internal::PushElements(*this, TypeKind::kArray, values);
}

absl::Status Array::Delete(uint32_t index, uint32_t length) {
  return internal::DeleteElements(*this, TypeKind::kArray, index, length);
}

absl::StatusOr<SharedType> Array::InsertType(uint32_t index, TypeKind kind) {
  if (absl::Status status = CheckInsertType(*this, kind); !status.ok()) return status;
  if (index > length()) return absl::OutOfRangeError("insertion behind the end of the list");
  TransactionScope transaction(*state());
  InsertionPoint at = internal::PointAfter(*state(), this->index(), index);
  return internal::InsertNewType(*state(), at, internal::EmptyType(kind));
}

absl::StatusOr<SharedType> Array::PushType(TypeKind kind) {
  if (absl::Status status = CheckInsertType(*this, kind); !status.ok()) return status;
  TransactionScope transaction(*state());
  InsertionPoint at = internal::PointAtEnd(*state(), this->index());
  return internal::InsertNewType(*state(), at, internal::EmptyType(kind));
}

absl::StatusOr<Map> Array::PushMap() { return As<Map>(PushType(TypeKind::kMap)); }
absl::StatusOr<Text> Array::PushText() { return As<Text>(PushType(TypeKind::kText)); }
absl::StatusOr<Array> Array::PushArray() { return As<Array>(PushType(TypeKind::kArray)); }

}  // namespace ypp
