#include "crdt/text.h"

#include <algorithm>
#include <utility>

#include "codec/byte_writer.h"
#include "codec/utf.h"
#include "crdt/clone.h"
#include "crdt/edit.h"
#include "crdt/erase.h"
#include "crdt/format_cleanup.h"
#include "crdt/keystroke.h"
#include "crdt/new_type.h"
#include "crdt/rich_text.h"
#include "crdt/values.h"

namespace ypp {

using codec::StructKind;
using internal::DocState;
using internal::Item;
using internal::ItemRef;

namespace {

// The runs of text of a sequence, one after the other. `locate` finds an item.
template <typename Locate>
std::string GatherText(const internal::ByteStore& bytes, const internal::TypeRecord& type,
                       Locate locate) {
  constexpr size_t kSlack = internal::ByteStore::kSlackBytes;
  constexpr size_t kMaxStep = 4096;
  const std::string_view all = bytes.all();
  const size_t step = std::min(type.length + kSlack, kMaxStep);
  codec::ByteWriter text;
  text.Reserve(type.length + kSlack + step);
  char* p = text.Room(step);
  const char* end = p + step;
  for (ItemRef ref = type.start; ref != ItemRef::kNone;) {
    const Item& item = *locate(ref);
    ref = item.right;
    // Which items show, nobody can foretell. Of those that do not, no bytes are kept.
    const bool shows = (item.kind == StructKind::kString) & !item.deleted();
    const uint32_t mask = 0u - static_cast<uint32_t>(shows);
    const size_t size = item.content_size & mask;
    if (static_cast<size_t>(end - p) < size + kSlack) {
      text.FilledUpTo(p);
      const size_t room = size + step;
      p = text.Room(room);
      end = p + room;
    }
    p = internal::ByteStore::PutPart(p, all, item.content & mask, size);
  }
  text.FilledUpTo(p);
  return text.Take();
}

}  // namespace

uint32_t Text::length() const {
  const internal::TypeRecord* type = internal::FindRecord(*this);
  return type == nullptr ? 0 : type->length;
}

std::string Text::ToString() const {
  const internal::TypeRecord* type = internal::FindRecord(*this);
  if (type == nullptr) return {};
  const DocState& doc = *state();
  if (const Item* slab = doc.items.only_slab()) {
    return GatherText(doc.bytes, *type,
                      [slab](ItemRef ref) { return slab + static_cast<uint32_t>(ref); });
  }
  return GatherText(doc.bytes, *type, [&doc](ItemRef ref) { return &doc.items[ref]; });
}

namespace {

absl::Status CheckText(const Text& text, size_t more_bytes = 0) {
  return internal::CheckUsable(text, TypeKind::kText, more_bytes);
}

bool IsPlainText(const internal::TypeRecord& type) {
  return type.kind == TypeKind::kText && !type.has_formatting;
}

// One ASCII character into a text without formats, where there is room for it.
bool IsKeystroke(const DocState& doc, const internal::TypeRecord& type, std::string_view utf8) {
  return utf8.size() == 1 && static_cast<uint8_t>(utf8[0]) < 0x80 && IsPlainText(type) &&
         doc.bytes.size() < internal::ByteStore::kMaxContentBytes;
}

// REQUIRES: as internal::InsertText.
void InsertPlain(DocState& doc, const Text& text, uint32_t index, std::string_view utf8,
                 uint32_t units) {
  internal::InsertText(doc, text.index(), index, utf8, units);
  if (IsPlainText(doc.types[text.index()])) {  // the next character comes behind it
    internal::MoveSpotToEnd(doc, text, doc.cursor().item, index + units);
  }
}

// The ends of keystrokes at the spot. Out of line, so that those that nobody is told of need no
// frame.
[[gnu::noinline]] absl::Status TellOfTyped(DocState& doc) {
  internal::CommitTyped(doc, *doc.typing_spot.run);
  return absl::OkStatus();
}
[[gnu::noinline]] absl::Status TellOfErased(DocState& doc, internal::Clock length) {
  internal::CommitErased(doc, internal::ErasedAtSpot(doc.typing_spot, length), length);
  return absl::OkStatus();
}
[[gnu::noinline]] absl::Status NoteErased(DocState& doc, internal::Clock length) {
  doc.transaction().AddDeleted(internal::ErasedAtSpot(doc.typing_spot, length), length);
  return absl::OkStatus();
}

// `units`: the length of what is inserted.
absl::Status CheckInsert(const Text& text, uint32_t index, std::string_view utf8, uint32_t* units) {
  if (absl::Status usable = CheckText(text, utf8.size()); !usable.ok()) return usable;
  if (index > text.state()->types[text.index()].length) {
    return absl::OutOfRangeError("insertion behind the end of the text");
  }
  if (!codec::MeasureUtf8(utf8, units)) return absl::InvalidArgumentError("text is not UTF-8");
  return absl::OkStatus();
}

}  // namespace

NewType Text::Clone() const { return valid() ? internal::CloneType(*this) : NewText(); }

absl::Status Text::Insert(uint32_t index, std::string_view utf8) {
  DocState* const doc = state();
  if (doc == nullptr || !internal::TypeAtSpot(*doc, *this, index, utf8))
    return InsertAnywhere(index, utf8);
  return doc->tells_keystrokes() ? TellOfTyped(*doc) : absl::OkStatus();
}

absl::Status Text::InsertAnywhere(uint32_t index, std::string_view utf8) {
  if (const internal::TypeRecord* type = internal::FindRecord(*this);
      type != nullptr && IsKeystroke(*state(), *type, utf8)) {
    const ItemRef run = internal::RunToTypeOn(*state(), this->index(), index);
    if (run != ItemRef::kNone) {
      internal::TypeOn(*state(), *this, run, index, utf8);
      return absl::OkStatus();
    }
  }
  uint32_t units = 0;
  if (absl::Status status = CheckInsert(*this, index, utf8, &units); !status.ok()) return status;
  if (utf8.empty()) return absl::OkStatus();
  DocState& doc = *state();
  const internal::TypeRecord& type = doc.types[this->index()];
  if (!type.has_formatting && internal::NeedsNoTransaction(doc, type)) {
    InsertPlain(doc, *this, index, utf8, units);
    return absl::OkStatus();
  }
  internal::TransactionScope transaction(doc);
  if (!type.has_formatting) {
    InsertPlain(doc, *this, index, utf8, units);
    return absl::OkStatus();
  }
  internal::TextPoint point = internal::FindTextPoint(doc, this->index(), index);
  const internal::TextCursorKeeper keeper(doc, point);
  internal::FormatSet inherited = point.formats;
  inherited.SortAsProperties();
  internal::InsertFormatted(doc, point, Value(utf8), std::move(inherited));
  return absl::OkStatus();
}

absl::Status Text::Insert(uint32_t index, std::string_view utf8, const Attributes& attributes) {
  uint32_t units = 0;
  if (absl::Status status = CheckInsert(*this, index, utf8, &units); !status.ok()) return status;
  if (absl::Status status = internal::CheckAttributes(attributes); !status.ok()) return status;
  if (utf8.empty()) return absl::OkStatus();
  internal::TransactionScope transaction(*state());
  internal::TextPoint point = internal::FindTextPoint(*state(), this->index(), index);
  const internal::TextCursorKeeper keeper(*state(), point);
  internal::InsertFormatted(*state(), point, Value(utf8), internal::FormatSet(attributes));
  return absl::OkStatus();
}

absl::Status Text::InsertEmbed(uint32_t index, const Value& embed, const Attributes& attributes) {
  uint32_t no_units = 0;
  if (absl::Status status = CheckInsert(*this, index, {}, &no_units); !status.ok()) return status;
  if (absl::Status status = internal::CheckEmbed(embed); !status.ok()) return status;
  if (absl::Status status = internal::CheckAttributes(attributes); !status.ok()) return status;
  internal::TransactionScope transaction(*state());
  internal::TextPoint point = internal::FindTextPoint(*state(), this->index(), index);
  const internal::TextCursorKeeper keeper(*state(), point);
  internal::InsertFormatted(*state(), point, embed, internal::FormatSet(attributes));
  return absl::OkStatus();
}

absl::Status Text::Delete(uint32_t index, uint32_t length) {
  DocState* const doc = state();
  if (doc == nullptr || !internal::EraseAtSpot(*doc, *this, index, length))
    return DeleteAnywhere(index, length);
  if (doc->in_transaction()) return NoteErased(*doc, length);
  return doc->tells_keystrokes() ? TellOfErased(*doc, length) : absl::OkStatus();
}

absl::Status Text::DeleteAnywhere(uint32_t index, uint32_t length) {
  if (const internal::TypeRecord* type = internal::FindRecord(*this);
      type != nullptr && IsPlainText(*type)) {
    const internal::RunToErase found =
        internal::FindRunToErase(*state(), this->index(), index, length);
    if (found.run != ItemRef::kNone && internal::EraseFrom(*state(), *this, found, index, length))
      return absl::OkStatus();
  }
  if (absl::Status usable = CheckText(*this); !usable.ok()) return usable;
  const uint32_t text_length = state()->types[this->index()].length;
  if (index > text_length || length > text_length - index) {
    return absl::OutOfRangeError("deletion behind the end of the text");
  }
  if (length == 0) return absl::OkStatus();
  internal::TransactionScope transaction(*state());
  if (state()->types[this->index()].has_formatting) {
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
  if (absl::Status usable = CheckText(*this, internal::SizeOfDelta(delta)); !usable.ok())
    return usable;
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
