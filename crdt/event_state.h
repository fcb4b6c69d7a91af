// The event of one changed type, shared by all who are told about it.
#ifndef YPP_CRDT_EVENT_STATE_H_
#define YPP_CRDT_EVENT_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crdt/change_set.h"
#include "crdt/event.h"

namespace ypp::internal {

// A type whose own content changed: its sequence, or the values of these keys, in the order in
// which they first changed.
struct ChangedType {
  TypeIndex type = kNoIndex;
  bool sequence = false;
  std::vector<KeyIndex> keys;
};

class EventState {
 public:
  EventState(const ChangeSet& changes, const TransactionEvent& transaction, ChangedType changed);

  const ChangeSet& changes() const { return changes_; }
  const TransactionEvent& transaction() const { return transaction_; }
  TypeIndex type() const { return changed_.type; }
  bool sequence_changed() const { return changed_.sequence; }
  SharedType target() const;

  const std::vector<std::string>& keys_changed();
  const std::vector<KeyChange>& keys();
  const ListDelta& list_delta();
  const TextDelta& text_delta();
  const IdRanges& added();
  const IdRanges& deleted();

 private:
  void ComputeKeys();
  void ComputeList();

  const ChangeSet& changes_;
  const TransactionEvent& transaction_;
  const ChangedType changed_;
  std::optional<std::vector<std::string>> keys_changed_;
  std::optional<std::vector<KeyChange>> keys_;
  std::optional<ListDelta> list_delta_;
  std::optional<TextDelta> text_delta_;
  IdRanges added_;
  IdRanges deleted_;
};

// The path from `ancestor` to `type`.
EventPath PathFromTo(DocState& doc, TypeIndex ancestor, TypeIndex type);

}  // namespace ypp::internal

#endif  // YPP_CRDT_EVENT_STATE_H_
