// Callbacks in the order of their registration. One may be added or cancelled at any time, also by
// a callback that is running: a new one is called from the next event on, a cancelled one no more.
// A list that never had a callback costs two words.
#ifndef YPP_CRDT_CALLBACK_LIST_H_
#define YPP_CRDT_CALLBACK_LIST_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "crdt/subscription.h"

namespace ypp::internal {

template <typename... Args>
class CallbackList {
 public:
  using Callback = std::function<void(Args...)>;

  bool empty() const { return entries_ == nullptr || entries_->empty(); }

  // The subscription may outlive the list.
  Subscription Add(Callback callback) {
    if (entries_ == nullptr) entries_ = std::make_shared<Entries>();
    entries_->push_back(std::make_shared<Entry>(Entry{std::move(callback)}));
    return Subscription(
        [list = std::weak_ptr<Entries>(entries_), entry = std::weak_ptr<Entry>(entries_->back())] {
          const auto cancelled = entry.lock();
          if (cancelled == nullptr) return;
          cancelled->cancelled = true;
          if (const auto entries = list.lock()) std::erase(*entries, cancelled);
        });
  }

  void Call(Args... args) const {
    if (empty()) return;
    const Entries now = *entries_;  // keeps a callback that cancels itself until it returns
    for (const auto& entry : now) {
      if (!entry->cancelled) entry->callback(args...);
    }
  }

  // Cancels all.
  void Clear() {
    if (entries_ == nullptr) return;
    for (const auto& entry : *entries_) entry->cancelled = true;
    entries_->clear();
  }

 private:
  struct Entry {
    Callback callback;
    bool cancelled = false;
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;
  std::shared_ptr<Entries> entries_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CALLBACK_LIST_H_
