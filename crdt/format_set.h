// Formats by key: those in force at some place of a text, or those an edit asks for. In the order
// in which the keys came.
//
// Values are kept encoded (as Any), which is how the document has them and what most comparisons
// need.
#ifndef YPP_CRDT_FORMAT_SET_H_
#define YPP_CRDT_FORMAT_SET_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crdt/delta.h"
#include "crdt/item.h"

namespace ypp::internal {

class DocState;

inline constexpr std::string_view kNullValue = "\x7e";  // null as encoded Any

// One format: a view of a document's item, or of a set's entry.
struct FormatView {
  std::string_view key;
  std::string_view value = kNullValue;
  // Where the document keeps key and value: what tells two objects that look the same apart, as
  // JavaScript does. kNoIndex: nowhere yet.
  uint32_t content = kNoIndex;
  uint32_t content_size = 0;

  bool ends() const { return value == kNullValue; }
};

// REQUIRES: item.kind == kFormat.
FormatView FormatOf(const DocState& doc, const Item& item);

// Whether formats with these values look the same: primitives by value, objects and arrays if their
// members are equal primitives.
bool EqualFormats(const FormatView& a, const FormatView& b);
// JavaScript's ===: objects and arrays are identical only when they are the same one.
bool IdenticalFormats(const FormatView& a, const FormatView& b);

class FormatSet {
 public:
  FormatSet() = default;
  // In JavaScript's property order. Undefined values are left out.
  explicit FormatSet(const Attributes& attributes);

  struct Entry {
    std::string key;
    std::string value;
    uint32_t content = kNoIndex;
    uint32_t content_size = 0;

    FormatView view() const { return {key, value, content, content_size}; }
  };

  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* Find(std::string_view key) const;
  // The format of this key; a null one when there is none.
  FormatView Get(std::string_view key) const;
  void Set(const FormatView& format);
  void Erase(std::string_view key);
  // What passing a Format item does: sets the format, or ends it.
  void Apply(const FormatView& format) {
    if (format.ends()) {
      Erase(format.key);
    } else {
      Set(format);
    }
  }
  // Puts the keys into JavaScript's property order.
  void SortAsProperties();
  Attributes ToAttributes() const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_FORMAT_SET_H_
