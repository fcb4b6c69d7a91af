// The awareness of a client's session: says what the local client shows, takes what others show,
// and forgets them with the connection.
//
// Only the local state is ever sent, except to a server that asks for all: a server answers for its
// other clients, and sending their states back would only make a loop.
//
// A part of its session, on the client's thread.
#ifndef YPP_TRANSPORT_AWARENESS_SYNC_H_
#define YPP_TRANSPORT_AWARENESS_SYNC_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "codec/byte_reader.h"
#include "crdt/awareness.h"
#include "crdt/subscription.h"
#include "transport/session_host.h"

namespace ypp::transport {

class AwarenessSync {
 public:
  // All must outlive it. `awareness` may be null: then it does nothing.
  AwarenessSync(SessionHost* host, const std::string* address, Awareness* awareness)
      : host_(host), address_(address), awareness_(awareness) {}

  // `origin`: of what comes from the server. `changed` is told of every change.
  void Open(Origin origin, std::function<void(const AwarenessChange&)> changed);
  void Close();

  // The session greets the server; is let in; has lost the connection.
  void Greet();
  void OnAuthenticated();
  void OnDisconnected();
  absl::Status HandleUpdate(codec::Bytes update);
  void AnswerQuery();
  // Says that the local client is gone, before the socket is closed on purpose.
  void SayGoodbye();

  absl::Status SetState(std::optional<std::string> json);
  absl::Status SetField(const std::string& field, const std::string& json);

  void Tick();
  int64_t next_deadline_ms() const;

 private:
  void OnLocalUpdate(const AwarenessChange& change, const Origin& origin);
  void SendLocal();
  bool raised() const;

  SessionHost* host_;
  const std::string* address_;
  Awareness* awareness_;
  Origin origin_;
  Subscription on_update_;
  Subscription on_change_;
  bool connected_ = false;
  bool greeted_before_ = false;
  uint64_t announced_clock_ = 0;  // of the local state, as last sent
  int64_t tick_at_ms_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_AWARENESS_SYNC_H_
