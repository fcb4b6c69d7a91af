// WebSocket frames (RFC 6455, section 5) as a server reads and writes them, on websocketpp's frame
// processor.
//
// Thread-compatible.
#ifndef YPP_TRANSPORT_WEBSOCKET_FRAMES_H_
#define YPP_TRANSPORT_WEBSOCKET_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace ypp::transport {

// Nobody sends it: a close frame without a code counts as one with this.
inline constexpr uint16_t kCloseNoCode = 1005;

struct WebSocketEvent {
  enum class Kind {
    kNone,     // more bytes are needed
    kMessage,  // whole, whatever the number of its frames, text or binary
    kPing,
    kPong,
    kClose,
    kBroken,  // these bytes are not allowed; nothing can be read after them
  };

  Kind kind = Kind::kNone;
  std::string payload;  // why, for kClose and kBroken
  uint16_t code = 0;    // to close with, for kClose (kCloseNoCode: none) and kBroken
};

class WebSocketFrameReader {
 public:
  WebSocketFrameReader();
  ~WebSocketFrameReader();
  WebSocketFrameReader(const WebSocketFrameReader&) = delete;
  WebSocketFrameReader& operator=(const WebSocketFrameReader&) = delete;

  // A larger message is broken with 1009, before there is memory for it. Applies to the next
  // message.
  void SetMaxMessageBytes(size_t size_bytes);

  // The next event; takes the bytes it needed off the front, and may write over them.
  WebSocketEvent Next(absl::Span<char>* bytes);

  // How many frames came, since this was asked last, that were not a message each: pings, pongs,
  // all but one of a message's fragments. Told by the bytes of their heads, and so not sharply.
  size_t TakeBareFrames();

 private:
  class Processor;

  const std::unique_ptr<Processor> processor_;
  // Of the heads of frames that TakeBareFrames has not told yet; below 0 when it told too many.
  int64_t bare_head_bytes_ = 0;
};

// Frames of a server are not masked, so one can go to many.
std::string MessageFrame(std::string_view message);
// REQUIRES: at most 125 bytes.
std::string PingFrame(std::string_view payload);
std::string PongFrame(std::string_view payload);
// `code` kCloseNoCode: without a code and a reason. A reason is cut to fit.
std::string CloseFrame(uint16_t code, std::string_view reason);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_WEBSOCKET_FRAMES_H_
