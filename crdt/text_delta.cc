#include "crdt/text_delta.h"

#include <string>
#include <string_view>
#include <utility>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "crdt/format_set.h"
#include "crdt/values.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

constexpr std::string_view kYChange = "ychange";

Any DefaultYChange(YChange change) {
  return Any::Object{{"type", change == YChange::kAdded ? "added" : "removed"}};
}

class DeltaBuilder {
 public:
  DeltaBuilder(DocState& doc, const DeltaView& view) : doc_(doc), view_(view) {}

  TextDelta Run(const TypeRecord& type) {
    for (ItemRef ref = type.start; ref != ItemRef::kNone;) {
      const Item& item = doc_.items[ref];
      const bool visible = view_.at == nullptr ? !item.deleted() : view_.at->Shows(item.id);
      const bool was_visible = view_.before == nullptr || view_.before->Shows(item.id);
      if (visible || (view_.before != nullptr && was_visible)) Add(item, visible, was_visible);
      ref = item.right;
    }
    FinishString();
    return std::move(delta_);
  }

 private:
  void Add(const Item& item, bool visible, bool was_visible) {
    switch (item.kind) {
      case StructKind::kString:
        if (view_.at != nullptr && !visible) {
          SetYChange(YChange::kRemoved, item);
        } else if (!was_visible) {
          SetYChange(YChange::kAdded, item);
        } else if (formats_.Find(kYChange) != nullptr) {
          FinishString();
          formats_.Erase(kYChange);
        }
        string_.append(doc_.bytes.View(item.content, item.content_size));
        break;
      case StructKind::kType:
      case StructKind::kEmbed:
        // Keeps the `ychange` of the text before it, as in Yjs.
        FinishString();
        delta_.push_back(TextStep::Insert(ReadValue(doc_, item, 0), FormatsInForce()));
        break;
      case StructKind::kFormat:
        if (!visible) break;
        FinishString();
        formats_.Apply(FormatOf(doc_, item));
        break;
      default:
        break;
    }
  }

  void SetYChange(YChange change, const Item& item) {
    const Id id = doc_.clients.Global(item.id);
    if (SaysAlready(change, id.client)) return;
    FinishString();
    const bool has_callback = view_.ychange != nullptr && *view_.ychange != nullptr;
    codec::ByteWriter value;
    codec::WriteAny(value, has_callback ? (*view_.ychange)(change, id) : DefaultYChange(change));
    formats_.Set({kYChange, value.bytes()});
  }

  // Whether the `ychange` in force names this change and this client.
  bool SaysAlready(YChange change, ClientId client) const {
    const FormatSet::Entry* current = formats_.Find(kYChange);
    if (current == nullptr) return false;
    codec::ByteReader in(codec::AsBytes(current->value));
    const Any value = codec::ReadAny(in);
    const Any* user = value.Find("user");
    const Any* type = value.Find("type");
    return user != nullptr && *user == Any(client) && type != nullptr &&
           *type == *DefaultYChange(change).Find("type");
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
  const DeltaView view_;
  TextDelta delta_;
  std::string string_;
  FormatSet formats_;
};

}  // namespace

TextDelta DeltaOfText(DocState& doc, TypeIndex type, const DeltaView& view) {
  return DeltaBuilder(doc, view).Run(doc.types[type]);
}

}  // namespace ypp::internal

namespace ypp {

using internal::DocState;
using internal::SnapshotView;

TextDelta Text::ToDelta() const {
  return valid() ? internal::DeltaOfText(*state(), index()) : TextDelta();
}

TextDelta Text::ToDelta(const Snapshot& at) const {
  if (!valid()) return {};
  DocState& doc = *state();
  const SnapshotView at_view(doc, at);
  // What is cut is joined again when the transaction ends.
  internal::TransactionScope transaction(doc, "cleanup");
  at_view.CutItems(doc);
  return internal::DeltaOfText(doc, index(), {&at_view, nullptr, nullptr});
}

TextDelta Text::ToDelta(const Snapshot& at, const Snapshot& before,
                        const ComputeYChange& ychange) const {
  if (!valid()) return {};
  DocState& doc = *state();
  const SnapshotView at_view(doc, at);
  const SnapshotView before_view(doc, before);
  internal::TransactionScope transaction(doc, "cleanup");
  at_view.CutItems(doc);
  before_view.CutItems(doc);
  return internal::DeltaOfText(doc, index(), {&at_view, &before_view, &ychange});
}

}  // namespace ypp
