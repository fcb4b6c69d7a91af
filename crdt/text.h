// Y.Text: a sequence of characters.
//
// Indices and lengths are in UTF-16 units, as Yjs counts. An edit outside a transaction is a transaction of its own. An index that
// falls between the halves of a surrogate pair cuts the character, and both halves become U+FFFD, as in Yjs.
//
//   ypp::Text text = doc.GetText("notes");
//   text.Insert(0, "hello");
//   text.Delete(0, 1);
//   std::string now = text.ToString();  // "ello"
#ifndef YPP_CRDT_TEXT_H_
#define YPP_CRDT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "crdt/shared_type.h"

namespace ypp {

class Text : public SharedType {
 public:
  Text() = default;
  explicit Text(SharedType type) : SharedType(type) {}

  uint32_t length() const;  // UTF-16 units
  std::string ToString() const;

  // OutOfRange when index > length(), InvalidArgument when `utf8` is not UTF-8; nothing changes then.
  absl::Status Insert(uint32_t index, std::string_view utf8);
  absl::Status Append(std::string_view utf8) { return Insert(length(), utf8); }
  // OutOfRange when index + length > length(); nothing changes then.
  absl::Status Delete(uint32_t index, uint32_t length);
};

}  // namespace ypp

#endif  // YPP_CRDT_TEXT_H_
