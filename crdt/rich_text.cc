#include "crdt/rich_text.h"

#include <string>
#include <utility>

#include "codec/byte_writer.h"
#include "codec/check.h"
#include "codec/utf.h"
#include "crdt/check_values.h"
#include "crdt/format_cleanup.h"
#include "crdt/insert_values.h"
#include "crdt/integrate.h"
#include "crdt/new_type.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

bool IsLiveFormat(const Item& item) { return item.kind == StructKind::kFormat && !item.deleted(); }

// The item to the right of the point, or nullptr at the end.
const Item* RightOf(const DocState& doc, const TextPoint& point) {
  return point.at.right == ItemRef::kNone ? nullptr : &doc.items[point.at.right];
}

void InsertFormat(DocState& doc, TextPoint& point, const FormatView& format) {
  NewContent content;
  content.kind = StructKind::kFormat;
  codec::ByteWriter bytes;
  if (format.content != kNoIndex) {
    // The very value of an item that is there: sharing its bytes is how both know.
    content.shared = true;
    content.bytes = doc.bytes.View(format.content, format.content_size);
  } else {
    bytes.WriteVarString(format.key);
    bytes.WriteBytes(format.value);
    content.bytes = bytes.bytes();
  }
  const ItemRef ref = InsertContent(doc, point.at, content);
  point.formats.Apply(FormatOf(doc, doc.items[ref]));
}

// Goes right over deleted items and over formats that say what is wanted anyway.
void SkipWhatAgrees(const DocState& doc, TextPoint& point, const FormatSet& wanted) {
  while (const Item* right = RightOf(doc, point)) {
    if (!right->deleted()) {
      if (right->kind != StructKind::kFormat) return;
      const FormatView format = FormatOf(doc, *right);
      if (!EqualFormats(wanted.Get(format.key), format)) return;
    }
    point.Forward(doc);
  }
}

// Inserts formats where `wanted` differs from what is in force. Returns what was in force of those,
// to be restored behind.
FormatSet InsertDifferences(DocState& doc, TextPoint& point, const FormatSet& wanted) {
  FormatSet former;
  for (const FormatSet::Entry& entry : wanted.entries()) {
    const FormatView current = point.formats.Get(entry.key);
    if (EqualFormats(current, entry.view())) continue;
    former.Set(current);
    InsertFormat(doc, point, entry.view());
  }
  return former;
}

// Inserts `former`, except what the formats that follow restore already.
void Restore(DocState& doc, TextPoint& point, FormatSet former) {
  while (const Item* right = RightOf(doc, point)) {
    if (!right->deleted()) {
      if (right->kind != StructKind::kFormat) break;
      const FormatView format = FormatOf(doc, *right);
      const FormatSet::Entry* entry = former.Find(format.key);
      if (entry == nullptr || !EqualFormats(entry->view(), format)) break;
      former.Erase(format.key);
    }
    point.Forward(doc);
  }
  for (const FormatSet::Entry& entry : former.entries()) InsertFormat(doc, point, entry.view());
}

void InsertWhat(DocState& doc, TextPoint& point, const Value& what) {
  if (const NewType* type = what.if_new_type()) {
    InsertNewType(doc, point.at, *type);
    return;
  }
  const Any& plain = *what.if_any();
  if (const std::string* text = plain.if_string()) {
    InsertContent(doc, point.at, {StructKind::kString, codec::Utf16Length(*text), *text, {}});
    return;
  }
  codec::ByteWriter encoded;
  codec::WriteAny(encoded, plain);
  InsertContent(doc, point.at, {StructKind::kEmbed, 1, encoded.bytes(), {}});
}

// Passes the item to the right, of which `length` units at most are wanted, cutting it behind them.
// Returns how many it has.
Clock CutToLength(DocState& doc, const TextPoint& point, Clock length) {
  const ItemRef right = point.at.right;
  if (length < doc.items[right].length) doc.Split(right, length);
  return doc.items[right].length;
}

// Deletes the format to the right if it is of a key that is being set. False when it would have to
// be restored behind the end of the range.
bool ReplaceFormat(DocState& doc, TextPoint& point, const FormatSet& wanted, bool at_end,
                   FormatSet& former) {
  const FormatView format = FormatOf(doc, doc.items[point.at.right]);
  const FormatSet::Entry* entry = wanted.Find(format.key);
  if (entry == nullptr) {
    point.formats.Set(format);
    return true;
  }
  if (EqualFormats(entry->view(), format)) {
    former.Erase(format.key);
  } else {
    if (at_end) return false;
    former.Set(format);
  }
  Delete(doc, point.at.right);
  return true;
}

}  // namespace

void TextPoint::Forward(const DocState& doc) {
  const Item& item = doc.items[at.right];
  if (IsLiveFormat(item)) formats.Apply(FormatOf(doc, item));
  index += item.visible_length();
  at.left = at.right;
  at.right = item.right;
}

TextPoint FindTextPoint(DocState& doc, TypeIndex text, Clock index) {
  TextPoint point;
  point.at.parent = text;
  point.at.right = doc.types[text].start;
  const DocState::TextCursor& cursor = doc.text_cursor();
  if (cursor.type == text && cursor.index <= index) {
    point.at.left = cursor.left;
    point.at.right = doc.items[cursor.left].right;
    point.index = cursor.index;
    point.formats = cursor.formats;
  }
  while (point.index < index && point.at.right != ItemRef::kNone) {
    if (doc.items[point.at.right].visible_length() > 0)
      CutToLength(doc, point, index - point.index);
    point.Forward(doc);
  }
  return point;
}

TextCursorKeeper::TextCursorKeeper(DocState& doc, const TextPoint& point) : doc_(doc) {
  if (point.at.left == ItemRef::kNone) return;
  cursor_ = {point.at.parent, point.at.left, point.index, point.formats};
  length_ = doc.items[point.at.left].length;
}

TextCursorKeeper::~TextCursorKeeper() {
  if (cursor_.left == ItemRef::kNone) return;
  // Typing may have made the item longer.
  cursor_.index += doc_.items[cursor_.left].length - length_;
  doc_.SetTextCursor(std::move(cursor_));
}

void InsertFormatted(DocState& doc, TextPoint& point, const Value& what, FormatSet attributes) {
  for (const FormatSet::Entry& entry : point.formats.entries()) {
    if (attributes.Find(entry.key) == nullptr) attributes.Set({entry.key, kNullValue, kNoIndex, 0});
  }
  attributes.SortAsProperties();
  SkipWhatAgrees(doc, point, attributes);
  FormatSet former = InsertDifferences(doc, point, attributes);
  InsertWhat(doc, point, what);
  Restore(doc, point, std::move(former));
}

void FormatRange(DocState& doc, TextPoint& point, Clock length, const FormatSet& attributes) {
  SkipWhatAgrees(doc, point, attributes);
  FormatSet former = InsertDifferences(doc, point, attributes);
  // Also past the end of the range, as long as formats follow: what they restore need not be
  // restored again.
  while (const Item* right = RightOf(doc, point)) {
    const bool in_gap = right->deleted() || right->kind == StructKind::kFormat;
    if (length == 0 && (former.empty() || !in_gap)) break;
    if (IsLiveFormat(*right)) {
      if (!ReplaceFormat(doc, point, attributes, length == 0, former)) break;
    } else if (!right->deleted()) {
      length -= CutToLength(doc, point, length);
    }
    point.Forward(doc);
  }
  if (length > 0) InsertWhat(doc, point, Value(std::string(length, '\n')));
  Restore(doc, point, std::move(former));
}

void DeleteFormatted(DocState& doc, TextPoint& point, Clock length) {
  const FormatSet at_start = point.formats;
  const ItemRef start = point.at.right;
  while (length > 0 && point.at.right != ItemRef::kNone) {
    if (doc.items[point.at.right].visible_length() > 0) {
      length -= CutToLength(doc, point, length);
      Delete(doc, point.at.right);
    }
    point.Forward(doc);
  }
  if (start != ItemRef::kNone) CleanUpGap(doc, start, point.at.right, at_start, point.formats);
}

absl::Status CheckEmbed(const Value& embed) {
  if (embed.if_doc() != nullptr) return absl::InvalidArgumentError("a text holds no sub-documents");
  return CheckStorable(embed);
}

absl::Status CheckAttributes(const Attributes& attributes) {
  for (const auto& [key, value] : attributes) {
    if (!codec::IsValidUtf8(key)) return absl::InvalidArgumentError("format key is not UTF-8");
    if (absl::Status status = CheckStorable(value); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckDelta(const TextDelta& delta) {
  for (const TextStep& step : delta) {
    if (step.action == DeltaAction::kInsert) {
      if (absl::Status status = CheckEmbed(step.insert); !status.ok()) return status;
    }
    if (absl::Status status = CheckAttributes(step.attributes); !status.ok()) return status;
  }
  return absl::OkStatus();
}

size_t SizeOfDelta(const TextDelta& delta) {
  size_t size = 0;
  for (const TextStep& step : delta) {
    const Any* plain = step.insert.if_any();
    if (plain != nullptr && plain->if_string() != nullptr) size += plain->if_string()->size();
    if (step.action == DeltaAction::kRetain) size += step.length;
  }
  return size;
}

void ApplyDelta(DocState& doc, TypeIndex text, const TextDelta& delta,
                Text::FinalNewline final_newline) {
  TextPoint point = FindTextPoint(doc, text, 0);
  for (const TextStep& step : delta) {
    const FormatSet attributes(step.attributes);
    switch (step.action) {
      case DeltaAction::kInsert: {
        Value what = step.insert;
        const std::string* string = what.if_any() != nullptr ? what.if_any()->if_string() : nullptr;
        const bool drops_newline = final_newline == Text::FinalNewline::kDrop &&
                                   &step == &delta.back() && point.at.right == ItemRef::kNone &&
                                   string != nullptr && !string->empty() && string->back() == '\n';
        if (drops_newline) {
          what = Value(string->substr(0, string->size() - 1));
          string = what.if_any()->if_string();
        }
        if (string == nullptr || !string->empty()) InsertFormatted(doc, point, what, attributes);
        break;
      }
      case DeltaAction::kRetain:
        FormatRange(doc, point, step.length, attributes);
        break;
      case DeltaAction::kDelete:
        DeleteFormatted(doc, point, step.length);
        break;
    }
  }
}

}  // namespace ypp::internal
