// Callbacks that come and go while the thing they listen to is used from several threads.
#ifndef YPP_PLUGIN_LISTENERS_H_
#define YPP_PLUGIN_LISTENERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "crdt/subscription.h"

namespace ypp::plugin {

// Callbacks run with a lock held, so that a subscription that is gone calls nothing any more. The
// lock lets the thread that calls add and drop subscriptions inside a callback.
template <typename Event>
class Listeners {
 public:
  Subscription Add(std::function<void(const Event&)> callback) {
    const std::lock_guard<std::recursive_mutex> lock(list_->mutex);
    const uint64_t id = ++list_->last_id;
    list_->callbacks.emplace(id, std::move(callback));
    return Subscription([list = list_, id] {
      const std::lock_guard<std::recursive_mutex> lock(list->mutex);
      list->callbacks.erase(id);
    });
  }

  void Call(const Event& event) {
    const std::shared_ptr<List> list = list_;
    const std::lock_guard<std::recursive_mutex> lock(list->mutex);
    uint64_t last = 0;
    for (auto next = list->callbacks.begin(); next != list->callbacks.end();
         next = list->callbacks.upper_bound(last)) {
      last = next->first;
      const std::function<void(const Event&)> callback = next->second;
      callback(event);
    }
  }

 private:
  struct List {
    std::recursive_mutex mutex;
    uint64_t last_id = 0;
    std::map<uint64_t, std::function<void(const Event&)>> callbacks;
  };
  const std::shared_ptr<List> list_ = std::make_shared<List>();
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_LISTENERS_H_
