// One provider of the load: a socket with one document on it. Answers what a provider has to answer
// and counts what comes.
#ifndef YPP_BENCH_RELAY_LOAD_CLIENT_H_
#define YPP_BENCH_RELAY_LOAD_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/relay/load_loop.h"
#include "bench/relay/load_socket.h"
#include "codec/byte_reader.h"

namespace ypp::bench {

class LoadClient : private LoadSocket::Handler {
 public:
  struct Events {
    std::function<void(codec::Bytes update)> on_update;
    std::function<void(codec::Bytes awareness)> on_awareness;
    std::function<void()> on_acknowledged;  // one update or sync step 2 of its own
    std::function<void()> on_synced;
  };

  LoadClient(LoadLoop* loop, std::string document);

  void Connect(uint16_t port, size_t number) { socket_.Connect(port, number); }
  void SendUpdate(std::string_view update);
  void SendAwareness(std::string_view update);
  void StopReading() { socket_.StopReading(); }

  // Has the document, and the server has what the client had.
  bool synced() const { return has_document_ && server_has_ours_; }
  size_t document_bytes() const { return document_bytes_; }
  // Empty while all is well.
  const std::string& failure() const { return failure_; }

  Events events;

 private:
  void OnOpen() override;
  void OnMessage(std::string_view message) override;
  void OnClosed(std::string_view why) override { failure_ = why; }
  void OnSync(codec::Bytes body);

  std::string document_;
  LoadSocket socket_;
  bool has_document_ = false;
  bool server_has_ours_ = false;
  size_t document_bytes_ = 0;
  std::string failure_;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_LOAD_CLIENT_H_
