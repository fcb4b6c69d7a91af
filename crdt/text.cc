#include "crdt/text.h"

#include <utility>

#include "codec/utf.h"
#include "crdt/clone.h"
#include "crdt/edit.h"
#include "crdt/format_cleanup.h"
#include "crdt/new_type.h"
#include "crdt/rich_text.h"
#include "crdt/values.h"

namespace ypp {

using codec::StructKind;
using internal::DocState;
using internal::Item;
using internal::ItemRef;

uint32_t Text::length() const {
  const internal::TypeRecord* type = record();
  return type == nullptr ? 0 : type->length;
}

std::string Text::ToString() const {
  std::string text;
  const internal::TypeRecord* type = record();
  if (type == nullptr) return text;
  text.reserve(type->length);
  for (ItemRef ref = type->start; ref != ItemRef::kNone;) {
    const Item& item = state()->items[ref];
    if (item.kind == StructKind::kString && !item.deleted()) {
      text.append(state()->bytes.View(item.content, item.content_size));
    }
    ref = item.right;
  }
  return text;
}

namespace {

absl::Status CheckText(const Text& text, size_t more_bytes = 0) {
  return internal::CheckUsable(text, TypeKind::kText, more_bytes);
}

absl::Status CheckInsert(const Text& text, uint32_t index, std::string_view utf8) {
  if (absl::Status usable = CheckText(text, utf8.size()); !usable.ok()) return usable;
  if (index > text.length()) return absl::OutOfRangeError("insertion behind the end of the text");
  if (!codec::IsValidUtf8(utf8)) return absl::InvalidArgumentError("text is not UTF-8");
  return absl::OkStatus();
}

}  // namespace

NewType Text::Clone() const { return valid() ? internal::CloneType(*this) : NewText(); }

absl::Status Text::Insert(uint32_t index, std::string_view utf8) {
  if (absl::Status status = CheckInsert(*this, index, utf8); !status.ok()) return status;
  if (utf8.empty()) return absl::OkStatus();
  DocState& doc = *state();
  internal::TransactionScope transaction(doc);
  if (record()->has_formatting) {
    internal::TextPoint point = internal::FindTextPoint(doc, this->index(), index);
    const internal::TextCursorKeeper keeper(doc, point);
    internal::FormatSet inherited = point.formats;
    inherited.SortAsProperties();
    internal::InsertFormatted(doc, point, Value(utf8), std::move(inherited));
    return absl::OkStatus();
  }
  const uint32_t units = codec::Utf16Length(utf8);
  internal::InsertionPoint at = internal::PointAfterDeleted(doc, this->index(), index);
  const ItemRef ref = internal::InsertContent(doc, at, {StructKind::kString, units, utf8, {}});
  doc.SetCursor(this->index(), ref, index + units - doc.items[ref].length);
  return absl::OkStatus();
}

absl::Status Text::Insert(uint32_t index, std::string_view utf8, const Attributes& attributes) {
  if (absl::Status status = CheckInsert(*this, index, utf8); !status.ok()) return status;
  if (absl::Status status = internal::CheckAttributes(attributes); !status.ok()) return status;
  if (utf8.empty()) return absl::OkStatus();
  internal::TransactionScope transaction(*state());
  internal::TextPoint point = internal::FindTextPoint(*state(), this->index(), index);
  const internal::TextCursorKeeper keeper(*state(), point);
  internal::InsertFormatted(*state(), point, Value(utf8), internal::FormatSet(attributes));
  return absl::OkStatus();
}

absl::Status Text::InsertEmbed(uint32_t index, const Value& embed, const Attributes& attributes) {
  if (absl::Status status = CheckInsert(*this, index, {}); !status.ok()) return status;
  if (absl::Status status = internal::CheckEmbed(embed); !status.ok()) return status;
  if (absl::Status status = internal::CheckAttributes(attributes); !status.ok()) return status;
  internal::TransactionScope transaction(*state());
  internal::TextPoint point = internal::FindTextPoint(*state(), this->index(), index);
  const internal::TextCursorKeeper keeper(*state(), point);
  internal::InsertFormatted(*state(), point, embed, internal::FormatSet(attributes));
  return absl::OkStatus();
}

absl::Status Text::Delete(uint32_t index, uint32_t length) {
  if (absl::Status usable = CheckText(*this); !usable.ok()) return usable;
  if (index > this->length() || length > this->length() - index) {
    return absl::OutOfRangeError("deletion behind the end of the text");
  }
  if (length == 0) return absl::OkStatus();
  internal::TransactionScope transaction(*state());
  if (record()->has_formatting) {
    internal::TextPoint point = internal::FindTextPoint(*state(), this->index(), index);
    const internal::TextCursorKeeper keeper(*state(), point);
    internal::DeleteFormatted(*state(), point, length);
  } else {
    internal::DeleteRange(*state(), this->index(), index, length);
  }
  return absl::OkStatus();
}

absl::Status Text::Format(uint32_t index, uint32_t length, const Attributes& attributes) {
  const uint64_t end = uint64_t{index} + length;
  const size_t newlines = end > this->length() ? end - this->length() : 0;
  if (absl::Status usable = CheckText(*this, newlines); !usable.ok()) return usable;
  if (index > this->length()) return absl::OutOfRangeError("format behind the end of the text");
  if (absl::Status status = internal::CheckAttributes(attributes); !status.ok()) return status;
  if (length == 0) return absl::OkStatus();
  internal::TransactionScope transaction(*state());
  internal::TextPoint point = internal::FindTextPoint(*state(), this->index(), index);
  const internal::TextCursorKeeper keeper(*state(), point);
  if (point.at.right == ItemRef::kNone) return absl::OkStatus();
  internal::FormatRange(*state(), point, length, internal::FormatSet(attributes));
  return absl::OkStatus();
}

absl::Status Text::ApplyDelta(const TextDelta& delta, FinalNewline final_newline) {
  if (absl::Status status = internal::CheckDelta(delta); !status.ok()) return status;
  if (absl::Status usable = CheckText(*this, internal::SizeOfDelta(delta)); !usable.ok()) return usable;
  internal::TransactionScope transaction(*state());
  internal::ApplyDelta(*state(), index(), delta, final_newline);
  return absl::OkStatus();
}

uint32_t Text::CleanUpFormatting() {
  if (!CheckText(*this).ok()) return 0;
  internal::TransactionScope transaction(*state());
  return internal::CleanUpText(*state(), index());
}

}  // namespace ypp
