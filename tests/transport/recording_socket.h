// A socket for tests: keeps what was sent and how it was closed.
#ifndef YPP_TESTS_TRANSPORT_RECORDING_SOCKET_H_
#define YPP_TESTS_TRANSPORT_RECORDING_SOCKET_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "transport/socket.h"

namespace ypp::transport {

class RecordingSocket : public Socket {
 public:
  void Send(const MessagePtr& message) override { sent.push_back(message->bytes); }
  void Close(uint16_t code, std::string_view reason) override {
    close_code = code;
    close_reason = std::string(reason);
  }
  void SetMaxMessageBytes(size_t size_bytes) override { max_message_bytes = size_bytes; }
  void SetReading(bool is_reading) override { reading = is_reading; }

  std::vector<std::string> TakeSent() { return std::exchange(sent, {}); }

  std::vector<std::string> sent;
  uint16_t close_code = 0;  // 0: open
  std::string close_reason;
  size_t max_message_bytes = 0;
  bool reading = true;
};

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_RECORDING_SOCKET_H_
