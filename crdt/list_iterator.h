// Going through the elements of an array or the children of an XML type with a range-for.
#ifndef YPP_CRDT_LIST_ITERATOR_H_
#define YPP_CRDT_LIST_ITERATOR_H_

#include <cstddef>
#include <iterator>
#include <memory>

#include "crdt/shared_type.h"
#include "crdt/value.h"

namespace ypp {

namespace internal {
class SequenceReader;
}  // namespace internal

// An input iterator: copies share their place. The list must not be edited while one goes through
// it.
class ListIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using pointer = const Value*;
  using reference = const Value&;

  ListIterator() = default;  // the end of every list
  explicit ListIterator(const SharedType& list);

  const Value& operator*() const { return value_; }
  const Value* operator->() const { return &value_; }
  ListIterator& operator++();
  void operator++(int) { ++*this; }

  friend bool operator==(const ListIterator& a, const ListIterator& b) {
    return a.reader_ == b.reader_;
  }
  friend bool operator!=(const ListIterator& a, const ListIterator& b) { return !(a == b); }

 private:
  std::shared_ptr<internal::SequenceReader> reader_;  // nullptr at the end
  Value value_;
};

}  // namespace ypp

#endif  // YPP_CRDT_LIST_ITERATOR_H_
