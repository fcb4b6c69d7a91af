#include "crdt/list_iterator.h"

#include "crdt/sequence_reader.h"

namespace ypp {

ListIterator::ListIterator(const SharedType& list) {
  if (!list.valid()) return;
  reader_ = std::make_shared<internal::SequenceReader>(*list.state(), list.index());
  ++*this;
}

ListIterator& ListIterator::operator++() {
  if (reader_ != nullptr && !reader_->Next(&value_)) reader_ = nullptr;
  return *this;
}

}  // namespace ypp
