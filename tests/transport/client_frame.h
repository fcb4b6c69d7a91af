// WebSocket frames as a client sends them.
#ifndef YPP_TESTS_TRANSPORT_CLIENT_FRAME_H_
#define YPP_TESTS_TRANSPORT_CLIENT_FRAME_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace ypp::transport {

// `head` is the first byte, FIN and opcode. REQUIRES: less than 64 KiB.
inline std::string Masked(uint8_t head, std::string_view payload) {
  const std::string key = "\x37\xfa\x21\x3d";
  std::string frame(1, static_cast<char>(head));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else {
    frame.push_back(static_cast<char>(0x80 | 126));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xff));
  }
  frame.append(key);
  for (size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ key[i % 4]));
  }
  return frame;
}

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_CLIENT_FRAME_H_
