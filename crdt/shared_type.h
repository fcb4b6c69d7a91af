// What all shared types have in common: a handle to a place in a document.
//
// A handle is a small value: copy it freely, keep it as long as the document lives. It goes stale
// when its type is deleted and collected; a stale handle, like one for a root that was opened as
// another kind, is not valid(): it reads as empty and refuses edits with FailedPrecondition. Thread
// rule: that of its document (doc.h).
#ifndef YPP_CRDT_SHARED_TYPE_H_
#define YPP_CRDT_SHARED_TYPE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crdt/subscription.h"

namespace ypp {

class Event;

namespace internal {
class DocState;
struct TypeRecord;
}  // namespace internal

enum class TypeKind : uint8_t {
  kArray,
  kMap,
  kText,
  kXmlElement,
  kXmlFragment,
  kXmlHook,
  kXmlText,
  kUntyped,  // a root that received content but was never opened
};

class SharedType {
 public:
  SharedType() = default;
  SharedType(internal::DocState* state, uint32_t index, uint32_t generation)
      : state_(state), index_(index), generation_(generation) {}

  bool valid() const { return record() != nullptr; }
  // kUntyped when not valid.
  TypeKind kind() const;
  // False when the type, or one that holds it, is deleted. Roots are always live.
  bool live() const;
  // The type that holds this one; not valid() for a root.
  SharedType parent() const;
  // The name of a root, by which other replicas find it; nullopt for a type that lies in another.
  std::optional<std::string> root_name() const;

  // Whether it lies in `other`, however deep.
  bool IsInside(const SharedType& other) const;

  // After each transaction that changed the content of this type itself, or in the case of
  // ObserveDeep also of types in it; event.h. The subscription may outlive the type. Nothing is
  // ever called for a handle that is not valid(), nor for a type that is deleted.
  Subscription Observe(std::function<void(const Event&)> callback) const;
  Subscription ObserveDeep(std::function<void(const std::vector<Event>&)> callback) const;

  friend bool operator==(const SharedType& a, const SharedType& b) {
    return a.state_ == b.state_ && a.index_ == b.index_ && a.generation_ == b.generation_;
  }
  friend bool operator!=(const SharedType& a, const SharedType& b) { return !(a == b); }

  // For the library's own parts.
  internal::DocState* state() const { return state_; }
  uint32_t index() const { return index_; }
  uint32_t generation() const { return generation_; }
  internal::TypeRecord* record() const;  // nullptr when stale

 private:
  internal::DocState* state_ = nullptr;
  uint32_t index_ = 0;
  uint32_t generation_ = 0;
};

}  // namespace ypp

#endif  // YPP_CRDT_SHARED_TYPE_H_
