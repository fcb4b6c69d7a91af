#include "crdt/text_delta.h"

#include <string>
#include <utility>

#include "crdt/format_set.h"
#include "crdt/text.h"
#include "crdt/values.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

class DeltaBuilder {
 public:
  explicit DeltaBuilder(DocState& doc) : doc_(doc) {}

  TextDelta Run(const TypeRecord& type) {
    for (ItemRef ref = type.start; ref != ItemRef::kNone;) {
      const Item& item = doc_.items[ref];
      if (!item.deleted()) Add(item);
      ref = item.right;
    }
    FinishString();
    return std::move(delta_);
  }

 private:
  void Add(const Item& item) {
    switch (item.kind) {
      case StructKind::kString:
        string_.append(doc_.bytes.View(item.content, item.content_size));
        break;
      case StructKind::kType:
      case StructKind::kEmbed:
        FinishString();
        delta_.push_back(TextStep::Insert(ReadValue(doc_, item, 0), FormatsInForce()));
        break;
      case StructKind::kFormat:
        FinishString();
        formats_.Apply(FormatOf(doc_, item));
        break;
      default:
        break;
    }
  }

  Attributes FormatsInForce() const {
    if (formats_.empty()) return {};
    FormatSet sorted = formats_;
    sorted.SortAsProperties();
    return sorted.ToAttributes();
  }

  void FinishString() {
    if (string_.empty()) return;
    delta_.push_back(TextStep::Insert(Value(std::exchange(string_, {})), FormatsInForce()));
  }

  DocState& doc_;
  TextDelta delta_;
  std::string string_;
  FormatSet formats_;
};

}  // namespace

TextDelta DeltaOfText(DocState& doc, TypeIndex type) {
  return DeltaBuilder(doc).Run(doc.types[type]);
}

}  // namespace ypp::internal

namespace ypp {

TextDelta Text::ToDelta() const {
  return valid() ? internal::DeltaOfText(*state(), index()) : TextDelta();
}

}  // namespace ypp
