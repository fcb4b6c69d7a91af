// Holds a callback registered with a document; letting go of it unregisters.
#ifndef YPP_CRDT_SUBSCRIPTION_H_
#define YPP_CRDT_SUBSCRIPTION_H_

#include <functional>
#include <utility>

namespace ypp {

// Move-only. May outlive the document, and may be dropped inside the very callback it holds.
class [[nodiscard]] Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  ~Subscription() { Cancel(); }
  Subscription(Subscription&& other) noexcept : cancel_(std::move(other.cancel_)) {
    other.cancel_ = nullptr;
  }
  Subscription& operator=(Subscription&& other) noexcept {
    if (this != &other) {
      Cancel();
      cancel_ = std::move(other.cancel_);
      other.cancel_ = nullptr;
    }
    return *this;
  }

  void Cancel() {
    if (cancel_) std::exchange(cancel_, nullptr)();
  }

 private:
  std::function<void()> cancel_;
};

}  // namespace ypp

#endif  // YPP_CRDT_SUBSCRIPTION_H_
