// A client's WebSocket, as cheap as it can be: one core of these has to keep a server busy. Sends
// at once, and masks with zeros, which RFC 6455 allows. Trusts the server; not for use elsewhere.
#ifndef YPP_BENCH_RELAY_LOAD_SOCKET_H_
#define YPP_BENCH_RELAY_LOAD_SOCKET_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/relay/frame_head.h"
#include "bench/relay/load_loop.h"

namespace ypp::bench {

class LoadSocket : private LoadLoop::Watcher {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void OnOpen() = 0;
    virtual void OnMessage(std::string_view message) = 0;
    virtual void OnClosed(std::string_view why) = 0;
  };

  LoadSocket(LoadLoop* loop, Handler* handler) : loop_(loop), handler_(handler) {}
  ~LoadSocket() override;
  LoadSocket(const LoadSocket&) = delete;
  LoadSocket& operator=(const LoadSocket&) = delete;

  // To 127.0.0.1. `number` counts the sockets of this program: each ten thousand of them come from
  // an address of their own, for an address has too few ports. Must stay where it is from now on.
  void Connect(uint16_t port, size_t number);
  void Send(std::string_view message);
  // What arrives from now on is left where it is.
  void StopReading() { reading_ = false; }
  bool open() const { return open_; }

 private:
  void OnReady(bool readable, bool writable) override;
  void Read();
  // Takes what is whole; tells how much that was.
  size_t Consume(std::string_view bytes);
  size_t ConsumeHandshake(std::string_view bytes);
  void OnFrame(Opcode opcode, bool last, std::string_view payload);
  void SendFrame(Opcode opcode, std::string_view payload);
  void Flush();
  void Fail(std::string_view why);

  LoadLoop* loop_;
  Handler* handler_;
  int fd_ = -1;
  bool connected_ = false;
  bool open_ = false;
  bool reading_ = true;
  std::string in_;         // the beginning of a frame
  std::string fragments_;  // of a message
  std::string out_;        // what the socket would not take
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_LOAD_SOCKET_H_
