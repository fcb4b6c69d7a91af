// The head of a WebSocket frame (RFC 6455, section 5.2), for ends that trust each other: masks are
// zeros, so that the payload stays as it is.
#ifndef YPP_BENCH_RELAY_FRAME_HEAD_H_
#define YPP_BENCH_RELAY_FRAME_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ypp::bench {

enum Opcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

struct FrameHead {
  Opcode opcode = kContinuation;
  bool last = false;  // of its message
  size_t head_bytes = 0;
  size_t payload_bytes = 0;
};

// nullopt: the frame is not whole.
std::optional<FrameHead> ReadFrameHead(std::string_view bytes);
// Of a message in one frame. `masked` when a client sends it.
void AppendFrameHead(std::string& out, Opcode opcode, size_t payload_bytes, bool masked);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_FRAME_HEAD_H_
