// Callbacks in the order of their registration. One may be added or cancelled at any time, also by
// a callback that is running: a new one is called from the next event on, a cancelled one no more.
// A list that never had a callback costs two words.
#ifndef YPP_CRDT_CALLBACK_LIST_H_
#define YPP_CRDT_CALLBACK_LIST_H_

#include <cstddef>
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

  CallbackList() = default;
  // `ever_used` becomes true with the first callback, and stays so.
  explicit CallbackList(bool* ever_used) : ever_used_(ever_used) {}

  bool empty() const { return entries_ == nullptr || entries_->list.empty(); }

  // The subscription may outlive the list.
  Subscription Add(Callback callback) {
    if (ever_used_ != nullptr) *ever_used_ = true;
    if (entries_ == nullptr) entries_ = std::make_shared<Entries>();
    entries_->list.push_back(std::make_shared<Entry>(Entry{std::move(callback)}));
    return Subscription([list = std::weak_ptr<Entries>(entries_),
                         entry = std::weak_ptr<Entry>(entries_->list.back())] {
      const auto cancelled = entry.lock();
      if (cancelled == nullptr) return;
      cancelled->cancelled = true;
      if (const auto entries = list.lock()) entries->Sweep();
    });
  }

  void Call(Args... args) const {
    if (empty()) return;
    // Nothing leaves the list meanwhile, so a callback that cancels itself, or that makes this list
    // go away, lives until it returns.
    const std::shared_ptr<Entries> entries = entries_;
    ++entries->calling;
    const size_t count = entries->list.size();
    for (size_t i = 0; i < count; ++i) {
      Entry& entry = *entries->list[i];
      if (!entry.cancelled) entry.callback(args...);
    }
    --entries->calling;
    if (entries->has_cancelled) entries->Sweep();
  }

  // Cancels all.
  void Clear() {
    if (entries_ == nullptr) return;
    for (const auto& entry : entries_->list) entry->cancelled = true;
    entries_->Sweep();
  }

 private:
  struct Entry {
    Callback callback;
    bool cancelled = false;
  };
  struct Entries {
    std::vector<std::shared_ptr<Entry>> list;
    int calling = 0;  // how many calls are under way
    bool has_cancelled = false;

    // Drops what is cancelled, now or after the last call.
    void Sweep() {
      has_cancelled = calling > 0;
      if (calling == 0) std::erase_if(list, [](const auto& entry) { return entry->cancelled; });
    }
  };
  std::shared_ptr<Entries> entries_;
  bool* ever_used_ = nullptr;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_CALLBACK_LIST_H_
