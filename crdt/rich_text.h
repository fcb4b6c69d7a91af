// Local edits of a text with formats.
//
// A format is an item of its own, which is in force from its place on until another one of its key.
// Who inserts text with formats puts those that change before it and their former values behind it,
// and takes care to leave no format that changes nothing. Which items come to be, and in which
// order, is that of Yjs (insertText, formatText, deleteText and their helpers, yjs
// src/types/YText.js), because it shows in the bytes.
#ifndef YPP_CRDT_RICH_TEXT_H_
#define YPP_CRDT_RICH_TEXT_H_

#include <string_view>

#include "absl/status/status.h"
#include "crdt/delta.h"
#include "crdt/doc_state.h"
#include "crdt/edit.h"
#include "crdt/format_set.h"
#include "crdt/text.h"

namespace ypp::internal {

// A boundary between two items of a text, with the formats in force there.
struct TextPoint {
  InsertionPoint at;
  Clock index = 0;  // visible units before it
  FormatSet formats;

  // Over the item to the right. REQUIRES: there is one.
  void Forward(const DocState& doc);
};

// All functions below REQUIRE a transaction, a live type, and checked arguments.

// The boundary before the character `index`, as far left as it can be, or at the end. A walk from
// where the text was edited last, if that is before it, else from the start.
TextPoint FindTextPoint(DocState& doc, TypeIndex text, Clock index);

// Remembers the point that was found for an edit, for the next one. To be made after FindTextPoint;
// when it goes the edit must be over.
class TextCursorKeeper {
 public:
  TextCursorKeeper(DocState& doc, const TextPoint& point);
  ~TextCursorKeeper();
  TextCursorKeeper(const TextCursorKeeper&) = delete;
  TextCursorKeeper& operator=(const TextCursorKeeper&) = delete;

 private:
  DocState& doc_;
  DocState::TextCursor cursor_;
  Clock length_ = 0;  // of the item left of it
};

// Inserts a string, an embed or a type. In force at it are exactly `attributes`. Moves `point`
// behind it.
void InsertFormatted(DocState& doc, TextPoint& point, const Value& what, FormatSet attributes);

// Sets formats over the `length` units that follow; what the text lacks of them becomes newlines.
void FormatRange(DocState& doc, TextPoint& point, Clock length, const FormatSet& attributes);

// Deletes up to `length` units, and the formats that then change nothing.
void DeleteFormatted(DocState& doc, TextPoint& point, Clock length);

// InvalidArgument for what a text cannot take.
absl::Status CheckEmbed(const Value& embed);
absl::Status CheckAttributes(const Attributes& attributes);
absl::Status CheckDelta(const TextDelta& delta);
// What the document may grow by at most, in bytes: inserts, and retains past the end, which become
// newlines.
size_t SizeOfDelta(const TextDelta& delta);
void ApplyDelta(DocState& doc, TypeIndex text, const TextDelta& delta,
                Text::FinalNewline final_newline);

}  // namespace ypp::internal

#endif  // YPP_CRDT_RICH_TEXT_H_
