#include "transport/client_connection.h"

#include <algorithm>
#include <utility>

namespace ypp::transport {

ClientConnection::ClientConnection(const Options& options, OpenSocket open_socket,
                                   std::function<int64_t()> now_ms, uint64_t seed,
                                   Listener* listener)
    : options_(options),
      open_socket_(std::move(open_socket)),
      now_ms_(std::move(now_ms)),
      listener_(listener),
      backoff_(options.backoff, seed) {}

ClientConnection::~ClientConnection() { EndSocket(kCloseNormal, ""); }

void ClientConnection::SetWanted(bool wanted) {
  if (wanted) {
    if (state_ != State::kIdle) return;
    backoff_.Reset();
    StartAttempt();
    return;
  }
  EndSocket(kCloseNormal, "");
  state_ = State::kIdle;
  SetStatus(ConnectionStatus::kDisconnected);
}

void ClientConnection::Reconnect(const std::string& reason) {
  if (state_ == State::kIdle) return;
  EndSocket(kCloseNormal, reason);
  state_ = State::kWaiting;
  retry_at_ms_ = now_ms_();
  SetStatus(ConnectionStatus::kDisconnected);
  listener_->OnSocketLost(kCloseNormal, reason);
}

void ClientConnection::Send(std::string_view message) {
  if (open()) socket_->Send(message);
}

void ClientConnection::Tick() {
  const int64_t now = now_ms_();
  switch (state_) {
    case State::kIdle:
      return;
    case State::kWaiting:
      if (now >= retry_at_ms_) StartAttempt();
      return;
    case State::kOpening:
    case State::kOpen:
      if (now >= started_at_ms_ + options_.message_reconnect_timeout_ms)
        HandleLost(kCloseAbnormal, "the server did not answer");
      return;
    case State::kConnected:
      if (now >= alive_at_ms_ + options_.message_reconnect_timeout_ms) {
        HandleLost(kCloseAbnormal, "the server fell silent");
      } else if (!ping_sent_ && now >= alive_at_ms_ + options_.message_reconnect_timeout_ms / 2) {
        ping_sent_ = true;
        socket_->Ping();
      }
      return;
  }
}

int64_t ClientConnection::next_deadline_ms() const {
  const int64_t timeout = options_.message_reconnect_timeout_ms;
  switch (state_) {
    case State::kIdle:
      return kNever;
    case State::kWaiting:
      return retry_at_ms_;
    case State::kOpening:
    case State::kOpen:
      return started_at_ms_ + timeout;
    case State::kConnected:
      return alive_at_ms_ + (ping_sent_ ? timeout : timeout / 2);
  }
  return kNever;
}

void ClientConnection::StartAttempt() {
  state_ = State::kOpening;
  started_at_ms_ = now_ms_();
  SocketEvents events;
  events.on_open = [this] {
    state_ = State::kOpen;
    listener_->OnSocketOpen();
  };
  events.on_message = [this](std::string_view message) { HandleMessage(message); };
  events.on_pong = [this] {
    alive_at_ms_ = now_ms_();
    ping_sent_ = false;
  };
  events.on_close = [this](uint16_t code, const std::string& reason) { HandleLost(code, reason); };
  socket_ = open_socket_(std::move(events));
  SetStatus(ConnectionStatus::kConnecting);
}

void ClientConnection::EndSocket(uint16_t code, const std::string& reason) {
  // Moved out first: from here on Send does nothing, whoever calls it.
  if (std::unique_ptr<ClientSocket> socket = std::move(socket_)) socket->Close(code, reason);
}

void ClientConnection::HandleMessage(std::string_view message) {
  alive_at_ms_ = now_ms_();
  ping_sent_ = false;
  const ClientSocket* const socket = socket_.get();
  const bool understood = listener_->OnMessage(message);
  // The listener may have closed this socket, and even opened another.
  if (socket_.get() != socket || !open()) return;
  if (!understood) {
    EndSocket(kCloseProtocolError, "unreadable message");
    HandleLost(kCloseProtocolError, "the server sent an unreadable message");
    return;
  }
  if (state_ == State::kOpen) {
    state_ = State::kConnected;
    started_at_ms_ = alive_at_ms_;
    SetStatus(ConnectionStatus::kConnected);
  }
}

void ClientConnection::HandleLost(uint16_t code, const std::string& reason) {
  const int64_t now = now_ms_();
  const bool was_connected = state_ == State::kConnected;
  const bool was_stable = was_connected && now - started_at_ms_ >= options_.stable_after_ms;
  const std::string why = reason;  // `reason` may live in the socket
  EndSocket(kCloseNormal, "");
  if (was_stable) backoff_.Reset();
  const int64_t delay = was_stable ? backoff_.DelayAfterSuccessMs() : backoff_.NextDelayMs();
  const bool give_up = backoff_.exhausted();
  state_ = give_up ? State::kIdle : State::kWaiting;
  retry_at_ms_ = now + delay;
  if (was_connected || give_up) SetStatus(ConnectionStatus::kDisconnected);
  listener_->OnSocketLost(code, why);
  if (give_up && state_ == State::kIdle) listener_->OnGaveUp();
}

void ClientConnection::SetStatus(ConnectionStatus status) {
  if (status_ == status) return;
  status_ = status;
  listener_->OnStatus(status);
}

}  // namespace ypp::transport
