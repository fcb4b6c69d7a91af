// The visible values of a sequence, one after the other, in time linear in what is read.
#ifndef YPP_CRDT_SEQUENCE_READER_H_
#define YPP_CRDT_SEQUENCE_READER_H_

#include "crdt/content.h"
#include "crdt/doc_state.h"
#include "crdt/value.h"

namespace ypp::internal {

// Must not be used after an edit of the sequence; edits elsewhere do no harm.
class SequenceReader {
 public:
  // From the element `index` on. REQUIRES: index <= length of the type.
  SequenceReader(DocState& doc, TypeIndex type, Clock index = 0);

  // False at the end; `value` is then left alone.
  bool Next(Value* value);

 private:
  DocState* doc_;
  ItemRef item_;
  ValuePlace place_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_SEQUENCE_READER_H_
