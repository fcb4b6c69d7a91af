// A TCP connection that the relay accepted, with TLS or without: bytes come as they arrive, and
// bytes to send are gathered and written once at the end of the loop's turn.
//
// It holds no buffer while nothing is under way, so that idle connections cost little. On the
// loop's thread only.
#ifndef YPP_TRANSPORT_STREAM_SOCKET_H_
#define YPP_TRANSPORT_STREAM_SOCKET_H_

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "transport/event_loop.h"
#include "transport/tls_session.h"

namespace ypp::transport {

class StreamSocket : public EventLoop::Flusher, public std::enable_shared_from_this<StreamSocket> {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    // It may write over them.
    virtual void OnBytes(absl::Span<char> bytes) = 0;
    // The peer has gone, or the connection is broken. The last call; not after Close.
    virtual void OnEnd() = 0;
  };
  using SharedBytes = std::shared_ptr<const std::string>;

  // Of a connection of this loop. `tls` null: none.
  StreamSocket(EventLoop* loop, EventLoop::TcpSocket socket, std::unique_ptr<TlsSession> tls);
  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;

  // REQUIRES: a shared_ptr holds it. The handler must be there until Close or OnEnd.
  void Start(Handler* handler);

  void Write(std::string_view bytes);
  // Does not copy what is large.
  void Write(const SharedBytes& bytes);
  // What the network has not taken yet.
  size_t queued_bytes() const { return queued_bytes_; }
  void SetReading(bool reading);

  // Sends what is queued and ends; the handler hears nothing more. Keeps itself until then.
  void CloseWhenSent();
  void Close();

 private:
  struct Chunk {
    std::string own;
    SharedBytes shared;
    size_t sent_bytes = 0;

    std::string_view rest() const {
      return std::string_view(shared != nullptr ? *shared : own).substr(sent_bytes);
    }
  };

  bool open() const { return socket_.is_open(); }
  void OnFlush() override;
  void ReadWhenReady();
  void Read();
  // False: the connection has ended.
  bool Deliver(absl::Span<char> bytes);
  void Queue(std::string_view bytes);
  void Send();
  // As much as the network takes now. False: the connection has ended, or takes nothing.
  bool SendSome();
  void SendWhenReady();
  // Drops so much from the front of what is to be sent.
  void Sent(size_t size_bytes);
  void WantFlush();
  void End();

  EventLoop* loop_;
  EventLoop::TcpSocket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::unique_ptr<boost::asio::steady_timer> linger_;  // for the peer's end; keeps the socket
  Handler* handler_ = nullptr;
  // What is to be sent: first small_, then the chunks. Mostly there are none.
  std::string small_;
  size_t small_sent_bytes_ = 0;
  std::vector<Chunk> chunks_;
  size_t first_chunk_ = 0;
  size_t queued_bytes_ = 0;
  bool reading_ = true;
  bool awaits_readable_ = false;
  bool awaits_writable_ = false;
  bool flush_wanted_ = false;
  bool closing_ = false;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_STREAM_SOCKET_H_
