#include "crdt/shared_type.h"

#include <utility>

#include "crdt/doc_state.h"

namespace ypp {

internal::TypeRecord* SharedType::record() const { return internal::FindRecord(*this); }

TypeKind SharedType::kind() const {
  const internal::TypeRecord* type = record();
  return type == nullptr ? TypeKind::kUntyped : type->kind;
}

bool SharedType::live() const {
  const internal::TypeRecord* type = record();
  if (type == nullptr) return false;
  return type->is_root() || !state_->items[type->item].deleted();
}

bool SharedType::IsInside(const SharedType& other) const {
  if (!valid() || !other.valid() || state_ != other.state_) return false;
  uint32_t type = index_;
  while (!state_->types[type].is_root()) {
    type = state_->items[state_->types[type].item].parent;
    if (type == other.index_) return true;
  }
  return false;
}

Subscription SharedType::Observe(std::function<void(const Event&)> callback) const {
  if (!valid()) return Subscription();
  return state_->observers.FindOrAdd(index_, generation_).own.Add(std::move(callback));
}

Subscription SharedType::ObserveDeep(
    std::function<void(const std::vector<Event>&)> callback) const {
  if (!valid()) return Subscription();
  return state_->observers.FindOrAdd(index_, generation_).deep.Add(std::move(callback));
}

SharedType SharedType::parent() const {
  const internal::TypeRecord* type = record();
  if (type == nullptr || type->is_root()) return SharedType();
  const internal::TypeIndex parent = state_->items[type->item].parent;
  return SharedType(state_, parent, state_->types[parent].generation);
}

std::optional<std::string> SharedType::root_name() const {
  const internal::TypeRecord* type = record();
  if (type == nullptr || !type->is_root()) return std::nullopt;
  return std::string(state_->strings[type->name]);
}

}  // namespace ypp
