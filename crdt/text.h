// Y.Text: a sequence of characters and embeds, with formats.
//
// Indices and lengths are in UTF-16 units, as Yjs counts; an embed counts as one, a format as none.
// An edit outside a transaction is a transaction of its own. An index that falls between the halves
// of a surrogate pair cuts the character, and both halves become U+FFFD, as in Yjs.
//
//   ypp::Text text = doc.GetText("notes");
//   text.Insert(0, "hello world");
//   text.Format(0, 5, {{"bold", true}});
//   text.Delete(5, 6);
//   std::string now = text.ToString();  // "hello"
#ifndef YPP_CRDT_TEXT_H_
#define YPP_CRDT_TEXT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/id.h"
#include "crdt/delta.h"
#include "crdt/shared_type.h"
#include "crdt/value.h"

namespace ypp {

struct Snapshot;

// What happened to an item between two snapshots.
enum class YChange : uint8_t { kAdded, kRemoved };
// The attribute `ychange` for an item, by the id of its first unit.
using ComputeYChange = std::function<Any(YChange change, Id item)>;

class Text : public SharedType {
 public:
  Text() = default;
  explicit Text(SharedType type) : SharedType(type) {}

  uint32_t length() const;
  // The characters alone, without embeds.
  std::string ToString() const;
  // Characters and embeds with their formats; neighbours with equal formats are one step.
  TextDelta ToDelta() const;
  // The text at a snapshot. Needs a document that keeps what it deletes (DocOptions::gc).
  TextDelta ToDelta(const Snapshot& at) const;
  // The same, and what was shown `before` and is so no more. What came or went in between has the
  // attribute `ychange`: what `ychange` answers, by default {"type": "added"} or {"type":
  // "removed"}. Each item makes a step of its own, unless the answer has the members `type` (as
  // above) and `user` (the item's client): items of one client then go together.
  TextDelta ToDelta(const Snapshot& at, const Snapshot& before,
                    const ComputeYChange& ychange = nullptr) const;

  // The content with its attributes and without its history, to be inserted somewhere else
  // (new_type.h).
  NewType Clone() const;

  // All edits: OutOfRange when the place is not inside the text, InvalidArgument when text or key
  // is not UTF-8 or a value nests deeper than kMaxAnyDepth, FailedPrecondition when the handle is
  // not valid(); nothing changes then.

  // Takes on the formats in force at its left.
  absl::Status Insert(uint32_t index, std::string_view utf8);
  // Has exactly these formats.
  absl::Status Insert(uint32_t index, std::string_view utf8, const Attributes& attributes);
  // A plain value (an object, by custom) or a NewType.
  absl::Status InsertEmbed(uint32_t index, const Value& embed, const Attributes& attributes = {});
  absl::Status Append(std::string_view utf8) { return Insert(length(), utf8); }
  absl::Status Delete(uint32_t index, uint32_t length);
  // Sets formats over a range; null ends one. What lies past the end becomes newlines, as in Yjs.
  absl::Status Format(uint32_t index, uint32_t length, const Attributes& attributes);

  enum class FinalNewline { kKeep, kDrop };
  // One transaction. kDrop leaves out a newline that would end the text, which some editors send
  // but do not mean.
  absl::Status ApplyDelta(const TextDelta& delta, FinalNewline final_newline = FinalNewline::kKeep);

  // Removes formats that change nothing, as Yjs does after changes by others. Returns how many.
  uint32_t CleanUpFormatting();

  // Between indices and places in the UTF-8 bytes of ToString(), where embeds take no room.
  // OutOfRange behind the end and inside a character. They walk over the runs of the text, not over
  // its characters.
  uint32_t Utf8Length() const;
  absl::StatusOr<uint32_t> Utf8OffsetOf(uint32_t index) const;
  // Of several indices (embeds stand there) the first.
  absl::StatusOr<uint32_t> Utf16IndexOf(uint32_t utf8_offset) const;

  // Values that belong to the text as a whole, by name.
  absl::Status SetAttribute(std::string_view name, const Value& value);
  absl::Status RemoveAttribute(std::string_view name);
  // Undefined when there is none.
  Value GetAttribute(std::string_view name) const;
  Entries GetAttributes() const;

 private:
  absl::Status InsertAnywhere(uint32_t index, std::string_view utf8);
  absl::Status DeleteAnywhere(uint32_t index, uint32_t length);
};

}  // namespace ypp

#endif  // YPP_CRDT_TEXT_H_
