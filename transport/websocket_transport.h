// websocketpp's transport for bytes that come and go by hand, with reading of its own: theirs puts
// a line together for a log with every message, whether or not there is a log.
//
// Thread-compatible.
#ifndef YPP_TRANSPORT_WEBSOCKET_TRANSPORT_H_
#define YPP_TRANSPORT_WEBSOCKET_TRANSPORT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>
#include <websocketpp/transport/iostream/endpoint.hpp>

namespace ypp::transport {

template <typename Config>
class WebSocketBytes : public websocketpp::transport::iostream::connection<Config> {
 public:
  using websocketpp::transport::iostream::connection<Config>::connection;

  // How much it took; nothing while websocketpp does not read.
  size_t read_some(const char* bytes, size_t size_bytes) {
    if (!reading_) return 0;
    const size_t taken = std::min(size_bytes, room_bytes_ - got_bytes_);
    std::memcpy(into_ + got_bytes_, bytes, taken);
    got_bytes_ += taken;
    if (got_bytes_ >= needed_bytes_) EndRead({});
    return taken;
  }
  void eof() {
    if (reading_) EndRead(make_error_code(websocketpp::transport::error::eof));
  }

 protected:
  // REQUIRES: nothing is being read. 0 < needed_bytes <= room_bytes
  void async_read_at_least(size_t needed_bytes, char* into, size_t room_bytes,
                           websocketpp::transport::read_handler handler) {
    into_ = into;
    needed_bytes_ = needed_bytes;
    room_bytes_ = room_bytes;
    got_bytes_ = 0;
    handler_ = std::move(handler);
    reading_ = true;
  }

 private:
  // The handler reads on.
  void EndRead(std::error_code error) {
    reading_ = false;
    const websocketpp::transport::read_handler handler = std::exchange(handler_, nullptr);
    handler(error, got_bytes_);
  }

  char* into_ = nullptr;
  size_t needed_bytes_ = 0;
  size_t room_bytes_ = 0;
  size_t got_bytes_ = 0;
  websocketpp::transport::read_handler handler_;
  bool reading_ = false;
};

template <typename Config>
class WebSocketTransport : public websocketpp::transport::iostream::endpoint<Config> {
 public:
  using transport_con_type = WebSocketBytes<Config>;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_WEBSOCKET_TRANSPORT_H_
