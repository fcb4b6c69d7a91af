// All documents on one connection: brings frames to their sessions, greets for each when a socket
// opens, decides whether a socket is needed at all. Like its parts it has no thread and no timer:
// client.cc gives it both, tests a clock made of a number.
//
// Thread rule: all but status() on the client's thread.
#ifndef YPP_TRANSPORT_CLIENT_CORE_H_
#define YPP_TRANSPORT_CLIENT_CORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "transport/client.h"
#include "transport/client_connection.h"
#include "transport/client_session.h"
#include "transport/client_socket.h"

namespace ypp::transport {

class ClientCore : private ClientConnection::Listener, private ClientSession::Host {
 public:
  struct Environment {
    OpenSocket open_socket;
    std::function<int64_t()> now_ms;
    ClientSession::Post post;
    std::function<void(int64_t at_ms)> wake_at;  // calls Tick then; replaces what was asked before
    uint64_t seed = 0;                           // of backoff and session ids
  };

  ClientCore(const ClientOptions& options, ClientEvents events, Environment environment);
  ~ClientCore() override;

  absl::StatusOr<std::shared_ptr<ClientSession>> Attach(Doc& doc, Awareness* awareness,
                                                        ProviderOptions options,
                                                        ProviderEvents events);
  void Detach(ClientSession& session);
  void Connect();
  void Disconnect();
  // Detaches all and disconnects for good.
  void Shutdown();
  void Tick();

  ConnectionStatus status() const { return status_; }

 private:
  using Sessions = std::vector<std::shared_ptr<ClientSession>>;

  // ClientConnection::Listener
  void OnStatus(ConnectionStatus status) override;
  void OnSocketOpen() override;
  bool OnMessage(std::string_view message) override;
  void OnSocketLost(uint16_t code, const std::string& reason) override;
  void OnGaveUp() override;
  // ClientSession::Host
  void Send(std::string_view message) override;
  size_t buffered_bytes() const override { return connection_.buffered_bytes(); }
  size_t max_send_buffer_bytes() const override { return options_.max_send_buffer_bytes; }
  int64_t NowMs() const override { return environment_.now_ms(); }
  void Reschedule() override;

  // Brings the socket, the sessions and the timer to what they should be now.
  void Settle();
  void TrySession(ClientSession& session);
  void LeaveSocket();
  void KeepAlive();
  int64_t next_deadline_ms() const;
  ClientSession* Find(std::string_view address);
  std::string NewSessionId();
  template <typename Callback, typename... Args>
  void Emit(Callback ClientEvents::*callback, Args... args);

  const ClientOptions options_;
  const std::shared_ptr<const ClientEvents> events_;
  const Environment environment_;
  std::mt19937_64 random_;
  ClientConnection connection_;
  Sessions sessions_;
  // Addresses that were left on this socket, until the server's CLOSE or this time: a greeting sent
  // before that could still reach the old connection there, which would take it for an answer to a
  // token request.
  std::map<std::string, int64_t, std::less<>> leaving_until_ms_;
  bool connect_;         // what the user wants
  bool wanted_ = false;  // what the connection was told
  bool settle_posted_ = false;
  int64_t sent_at_ms_ = 0;  // the last message, whatever it was
  std::atomic<ConnectionStatus> status_{ConnectionStatus::kDisconnected};
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_CLIENT_CORE_H_
