// Who or what caused a transaction: a label to read, a tag to compare. Both may be absent.
#ifndef YPP_CRDT_ORIGIN_H_
#define YPP_CRDT_ORIGIN_H_

#include <string>
#include <utility>

namespace ypp {

struct Origin {
  std::string label;
  const void* tag = nullptr;  // compared, never followed

  Origin() = default;
  Origin(const char* label) : label(label) {}
  Origin(std::string label) : label(std::move(label)) {}
  explicit Origin(const void* tag) : tag(tag) {}

  bool empty() const { return label.empty() && tag == nullptr; }
  friend bool operator==(const Origin& a, const Origin& b) {
    return a.tag == b.tag && a.label == b.label;
  }
  friend bool operator!=(const Origin& a, const Origin& b) { return !(a == b); }
};

}  // namespace ypp

#endif  // YPP_CRDT_ORIGIN_H_
