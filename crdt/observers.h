// Who observes which shared type, and how they are called at the end of a transaction.
#ifndef YPP_CRDT_OBSERVERS_H_
#define YPP_CRDT_OBSERVERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "crdt/callback_list.h"
#include "crdt/item.h"
#include "crdt/subscription.h"

namespace ypp {
class Event;
class TransactionEvent;
}  // namespace ypp

namespace ypp::internal {

class DocState;
struct TransactionState;

struct TypeObservers {
  // Of the type; those of a collected one are forgotten when its place is taken.
  uint32_t generation = 0;
  CallbackList<const Event&> own;
  CallbackList<const std::vector<Event>&> deep;
};

class Observers {
 public:
  // `ever_used` becomes true with the first observer, and stays so.
  explicit Observers(bool* ever_used) : ever_used_(ever_used) {}

  bool empty() const { return types_.empty(); }
  TypeObservers& FindOrAdd(TypeIndex type, uint32_t generation);
  // nullptr when there are none.
  const TypeObservers* Find(TypeIndex type, uint32_t generation) const;
  // Cancels all.
  void Clear();

 private:
  absl::flat_hash_map<TypeIndex, std::unique_ptr<TypeObservers>> types_;
  bool* ever_used_;
};

// Calls the observers of the types that the transaction changed, then the deep ones. Returns
// whether formats have to be cleaned up afterwards: a remote transaction changed a text that has
// some. Source: cleanupTransactions and callTypeObservers, yjs.
bool CallObservers(DocState& doc, const TransactionEvent& transaction);
// That alone, where nobody observes.
bool ChangedFormattedText(const DocState& doc, const TransactionState& transaction);

}  // namespace ypp::internal

#endif  // YPP_CRDT_OBSERVERS_H_
