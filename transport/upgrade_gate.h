// A socket that is open while an OnUpgrade hook has not answered yet: what comes waits.
#ifndef YPP_TRANSPORT_UPGRADE_GATE_H_
#define YPP_TRANSPORT_UPGRADE_GATE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "transport/connection_limits.h"
#include "transport/frame.h"
#include "transport/socket.h"

namespace ypp::transport {

class UpgradeGate : public SocketHandler {
 public:
  using Handler = std::shared_ptr<SocketHandler>;

  UpgradeGate(std::shared_ptr<Socket> socket, const ConnectionLimits& limits)
      : socket_(std::move(socket)), limits_(limits) {
    socket_->SetMaxMessageBytes(limits.max_unauthenticated_bytes);
  }

  // Makes the handler that takes over, unless the socket ended.
  void Open(const std::function<Handler()>& make_handler) {
    if (closed_) return;
    handler_ = make_handler();
    socket_->SetReading(true);
    for (const std::string& message : std::exchange(waiting_, {})) {
      handler_->OnMessage(codec::AsBytes(message));
    }
  }
  void Refuse(std::string_view reason) {
    if (!closed_) socket_->Close(kCloseForbidden, reason);
  }

  void OnMessage(codec::Bytes message) override {
    if (handler_ != nullptr) return handler_->OnMessage(message);
    waiting_bytes_ += message.size();
    waiting_.emplace_back(codec::AsText(message));
    if (waiting_bytes_ > limits_.max_unauthenticated_bytes) socket_->SetReading(false);
    if (waiting_.size() > limits_.max_queued_messages ||
        waiting_bytes_ > limits_.max_queued_bytes) {
      socket_->Close(kCloseResetConnection, "Reset Connection");
    }
  }
  void OnBareFrames(size_t count) override {
    if (handler_ != nullptr) handler_->OnBareFrames(count);
  }
  void OnTick(int64_t now_ms) override {
    if (handler_ != nullptr) return handler_->OnTick(now_ms);
    if (first_tick_ms_ < 0) first_tick_ms_ = now_ms;
    if (now_ms - first_tick_ms_ >= limits_.authentication_timeout_ms) {
      socket_->Close(kCloseConnectionTimeout, "Connection Timeout");
    }
  }
  void OnClosed() override {
    closed_ = true;
    waiting_.clear();
    if (handler_ != nullptr) handler_->OnClosed();
  }

 private:
  std::shared_ptr<Socket> socket_;
  const ConnectionLimits limits_;
  Handler handler_;
  std::vector<std::string> waiting_;
  size_t waiting_bytes_ = 0;
  int64_t first_tick_ms_ = -1;
  bool closed_ = false;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_UPGRADE_GATE_H_
