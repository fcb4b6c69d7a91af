#include "crdt/shared_type.h"

#include "crdt/doc_state.h"

namespace ypp {

internal::TypeRecord* SharedType::record() const {
  if (state_ == nullptr || index_ >= state_->types.size()) return nullptr;
  internal::TypeRecord& record = state_->types[index_];
  return record.generation == generation_ ? &record : nullptr;
}

TypeKind SharedType::kind() const {
  const internal::TypeRecord* type = record();
  return type == nullptr ? TypeKind::kUntyped : type->kind;
}

bool SharedType::live() const {
  const internal::TypeRecord* type = record();
  if (type == nullptr) return false;
  return type->is_root() || !state_->items[type->item].deleted();
}

}  // namespace ypp
