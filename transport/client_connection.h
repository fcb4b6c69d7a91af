// Keeps one socket open as long as it is wanted: opens it, watches that the server is alive, comes
// back after a loss.
//
// Has no thread, no timer and no clock of its own: whoever drives it calls Tick once
// next_deadline_ms() has come. An attempt succeeds with the first message of the protocol and not
// with the open socket, so a server (or a proxy before one) that accepts and then says nothing is
// backed off from like one that refuses.
//
// Thread rule: one thread at a time. The listener may call SetWanted, Reconnect and Send from
// inside its functions.
#ifndef YPP_TRANSPORT_CLIENT_CONNECTION_H_
#define YPP_TRANSPORT_CLIENT_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/backoff.h"
#include "transport/client.h"
#include "transport/client_socket.h"

namespace ypp::transport {

inline constexpr int64_t kNever = INT64_MAX;

class ClientConnection {
 public:
  struct Options {
    BackoffOptions backoff;
    // Without a sign of life for so long the socket is given up. Half way there it is asked for one
    // with a WebSocket ping.
    int64_t message_reconnect_timeout_ms = 30'000;
    // A connection that ends sooner than this counts as a failed attempt, so that a server that
    // lets everyone in and throws them out again is not met with a try per second.
    int64_t stable_after_ms = 10'000;
  };

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnStatus(ConnectionStatus status) = 0;
    virtual void OnSocketOpen() = 0;
    // False: these bytes are not the protocol; the connection ends the socket.
    virtual bool OnMessage(std::string_view message) = 0;
    // After each attempt that failed and each socket that ended, unless it ended by
    // SetWanted(false).
    virtual void OnSocketLost(uint16_t code, const std::string& reason) = 0;
    // The attempts that were allowed are used up; no more are made until SetWanted(true).
    virtual void OnGaveUp() = 0;
  };

  ClientConnection(const Options& options, OpenSocket open_socket, std::function<int64_t()> now_ms,
                   uint64_t seed, Listener* listener);
  ~ClientConnection();

  // True: connects, the first attempt at once. False: closes, and no event but OnStatus follows.
  void SetWanted(bool wanted);
  // Ends the socket and opens another at once. Only while wanted.
  void Reconnect(const std::string& reason);

  // Dropped unless the socket is open: what a document has to say it says anew on the next socket.
  void Send(std::string_view message);
  bool open() const { return state_ == State::kOpen || state_ == State::kConnected; }
  size_t buffered_bytes() const { return socket_ ? socket_->buffered_bytes() : 0; }
  ConnectionStatus status() const { return status_; }

  void Tick();
  // Steady time at which Tick has something to do, kNever if only events can change anything.
  int64_t next_deadline_ms() const;

 private:
  enum class State { kIdle, kWaiting, kOpening, kOpen, kConnected };

  void StartAttempt();
  void EndSocket(uint16_t code, const std::string& reason);
  void HandleMessage(std::string_view message);
  void HandleLost(uint16_t code, const std::string& reason);
  void SetStatus(ConnectionStatus status);

  Options options_;
  OpenSocket open_socket_;
  std::function<int64_t()> now_ms_;
  Listener* listener_;
  Backoff backoff_;
  std::unique_ptr<ClientSocket> socket_;
  State state_ = State::kIdle;
  ConnectionStatus status_ = ConnectionStatus::kDisconnected;
  int64_t retry_at_ms_ = 0;    // kWaiting
  int64_t started_at_ms_ = 0;  // of the attempt; from kConnected on, of the first message
  int64_t alive_at_ms_ = 0;    // last sign of life
  bool ping_sent_ = false;     // since then
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_CONNECTION_H_
