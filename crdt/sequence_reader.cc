#include "crdt/sequence_reader.h"

#include "crdt/values.h"

namespace ypp::internal {

SequenceReader::SequenceReader(DocState& doc, TypeIndex type, Clock index)
    : doc_(&doc), item_(doc.types[type].start) {
  if (index == 0) return;
  const SequencePosition position = doc.FindPosition(type, index);
  item_ = position.item;
  SkipValues(doc, doc.items[item_], position.offset, place_);
}

bool SequenceReader::Next(Value* value) {
  while (item_ != ItemRef::kNone) {
    const Item& item = doc_->items[item_];
    if (place_.offset < item.visible_length()) {
      *value = TakeValue(*doc_, item, place_);
      return true;
    }
    item_ = item.right;
    place_ = ValuePlace();
  }
  return false;
}

}  // namespace ypp::internal
