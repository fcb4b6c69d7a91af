#include "crdt/changed_text.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "codec/utf.h"
#include "crdt/changed_runs.h"
#include "crdt/format_set.h"
#include "crdt/integrate.h"
#include "crdt/values.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

class Builder {
 public:
  explicit Builder(const ChangeSet& changes) : changes_(changes), doc_(changes.doc()) {}

  TextDelta Run(TypeIndex text) {
    const auto retain = [this](Clock length) {
      Start(DeltaAction::kRetain);
      length_ += length;
    };
    ForEachChange(changes_, text, retain, [this](ItemRef ref) { Add(ref); });
    FinishStep();
    while (!delta_.empty() && delta_.back().action == DeltaAction::kRetain &&
           delta_.back().attributes.empty()) {
      delta_.pop_back();
    }
    return std::move(delta_);
  }

 private:
  void Add(ItemRef ref) {
    switch (doc_.items[ref].kind) {
      case StructKind::kString:
        AddString(doc_.items[ref]);
        break;
      case StructKind::kType:
      case StructKind::kEmbed:
        AddEmbed(doc_.items[ref]);
        break;
      case StructKind::kFormat:
        AddFormat(ref);
        break;
      default:
        break;
    }
  }

  void Start(DeltaAction action) {
    if (action_ == action) return;
    FinishStep();
    action_ = action;
  }

  void AddString(const Item& item) {
    // Characters that were typed behind old ones may have joined their item already.
    const Clock first_new = changes_.FirstNew(item.id.client);
    const Clock old_length =
        first_new <= item.id.clock ? 0 : std::min(item.length, first_new - item.id.clock);
    if (old_length > 0) AddOld(item, old_length);
    if (old_length == item.length) return;
    if (changes_.Deletes({item.id.client, item.id.clock + old_length})) return;
    Start(DeltaAction::kInsert);
    std::string_view text = doc_.bytes.View(item.content, item.content_size);
    if (old_length > 0) {
      const codec::Utf16Cut cut = codec::CutAtUtf16(text, old_length);
      text.remove_prefix(cut.size_bytes);
    }
    inserted_.append(text);
  }

  void AddOld(const Item& item, Clock length) {
    if (changes_.Deletes(item.id)) {
      Start(DeltaAction::kDelete);
      length_ += length;
    } else if (!item.deleted()) {
      Start(DeltaAction::kRetain);
      length_ += length;
    }
  }

  void AddEmbed(const Item& item) {
    if (!changes_.Adds(item.id)) {
      AddOld(item, 1);
    } else if (!changes_.Deletes(item.id)) {
      FinishStep();
      delta_.push_back(TextStep::Insert(ReadValue(doc_, item, 0), Attributes()));
      if (!current_.empty()) delta_.back().attributes = Sorted(current_);
    }
  }

  void AddFormat(ItemRef ref) {
    const Item& item = doc_.items[ref];
    const FormatView format = FormatOf(doc_, item);
    const FormatView current = current_.Get(format.key);
    if (changes_.Adds(item.id)) {
      if (!changes_.Deletes(item.id)) AddNewFormat(ref, format, current);
    } else if (changes_.Deletes(item.id)) {
      old_.Set(format);
      if (!EqualFormats(current, format)) {
        FinishRetain();
        changed_.Set({format.key, current.value, current.content, current.content_size});
      }
    } else if (!item.deleted()) {
      old_.Set(format);
      AddOldFormat(ref, format);
    }
    if (item.deleted()) return;
    if (action_ == DeltaAction::kInsert) FinishStep();
    current_.Apply(format);
  }

  void AddNewFormat(ItemRef ref, const FormatView& format, const FormatView& current) {
    if (EqualFormats(current, format)) {
      if (!format.ends()) Delete(doc_, ref);
      return;
    }
    FinishRetain();
    if (EqualFormats(format, old_.Get(format.key))) {
      changed_.Erase(format.key);
    } else {
      changed_.Set(format);
    }
  }

  // A format that was there before and is there still, behind one of the same key that changed.
  void AddOldFormat(ItemRef ref, const FormatView& format) {
    const FormatSet::Entry* change = changed_.Find(format.key);
    if (change == nullptr) return;
    if (EqualFormats(change->view(), format)) {
      if (!change->view().ends()) Delete(doc_, ref);
      return;
    }
    FinishRetain();
    if (format.ends()) {
      changed_.Erase(format.key);
    } else {
      changed_.Set(format);
    }
  }

  void FinishRetain() {
    if (action_ == DeltaAction::kRetain) FinishStep();
  }

  void FinishStep() {
    if (!action_) return;
    switch (*action_) {
      case DeltaAction::kDelete:
        delta_.push_back(TextStep::Delete(length_));
        break;
      case DeltaAction::kRetain:
        delta_.push_back(TextStep::Retain(length_, Sorted(changed_)));
        break;
      case DeltaAction::kInsert:
        if (inserted_.empty()) break;
        delta_.push_back(TextStep::Insert(Value(std::exchange(inserted_, {})), Sorted(current_)));
        break;
    }
    length_ = 0;
    action_.reset();
  }

  static Attributes Sorted(const FormatSet& formats) {
    if (formats.empty()) return {};
    FormatSet sorted = formats;
    sorted.SortAsProperties();
    return sorted.ToAttributes();
  }

  const ChangeSet& changes_;
  DocState& doc_;
  TextDelta delta_;
  std::optional<DeltaAction> action_;  // of the step being built
  std::string inserted_;
  uint32_t length_ = 0;
  FormatSet current_;  // in force here now
  FormatSet old_;      // in force here before the transaction, as far as seen
  FormatSet changed_;  // what retained content gets, null where a format ends
};

}  // namespace

TextDelta ChangeOfText(const ChangeSet& changes, TypeIndex text) {
  TransactionScope transaction(changes.doc());
  return Builder(changes).Run(text);
}

}  // namespace ypp::internal
