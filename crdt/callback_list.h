// Callbacks in the order of their registration. One may be added or cancelled at any time, also by a callback that is running: a new one
// is called from the next event on, a cancelled one no more.
#ifndef YPP_CRDT_CALLBACK_LIST_H_
#define YPP_CRDT_CALLBACK_LIST_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "crdt/subscription.h"

namespace ypp::internal {

template <typename Event>
class CallbackList {
 public:
  using Callback = std::function<void(Event)>;

  bool empty() const { return entries_->empty(); }

  Subscription Add(Callback callback) {
    auto entry = std::make_shared<Callback>(std::move(callback));
    entries_->push_back(entry);
    // The list may be gone before the subscription.
    return Subscription([list = std::weak_ptr<Entries>(entries_), entry] {
      *entry = nullptr;
      if (const auto entries = list.lock()) std::erase(*entries, entry);
    });
  }

  void Call(Event event) const {
    if (entries_->empty()) return;
    const Entries now = *entries_;
    for (const auto& entry : now) {
      // A copy, since a callback may cancel itself while it runs.
      if (const Callback callback = *entry) callback(event);
    }
  }

 private:
  using Entries = std::vector<std::shared_ptr<Callback>>;
  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CALLBACK_LIST_H_
