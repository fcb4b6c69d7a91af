#include "crdt/text.h"

#include "codec/utf.h"
#include "crdt/edit.h"
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

absl::Status Text::Insert(uint32_t index, std::string_view utf8) {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kText, utf8.size()); !usable.ok()) {
    return usable;
  }
  if (index > length()) return absl::OutOfRangeError("insertion behind the end of the text");
  if (!codec::IsValidUtf8(utf8)) return absl::InvalidArgumentError("text is not UTF-8");
  if (utf8.empty()) return absl::OkStatus();

  DocState& doc = *state();
  internal::TransactionScope transaction(doc);
  const uint32_t units = codec::Utf16Length(utf8);
  internal::InsertionPoint at = internal::PointAfterDeleted(doc, this->index(), index);
  const ItemRef ref = internal::InsertContent(doc, at, {StructKind::kString, units, utf8, {}});
  doc.SetCursor(this->index(), ref, index + units - doc.items[ref].length);
  return absl::OkStatus();
}

absl::Status Text::Delete(uint32_t index, uint32_t length) {
  if (absl::Status usable = internal::CheckUsable(*this, TypeKind::kText); !usable.ok()) return usable;
  if (index > this->length() || length > this->length() - index) {
    return absl::OutOfRangeError("deletion behind the end of the text");
  }
  if (length == 0) return absl::OkStatus();
  internal::TransactionScope transaction(*state());
  internal::DeleteRange(*state(), this->index(), index, length);
  return absl::OkStatus();
}

}  // namespace ypp
