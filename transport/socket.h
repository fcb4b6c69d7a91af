// What protocol code and socket code know of each other: one side sends and closes, the other is
// told what came and that it ended. Everything here happens on the I/O thread.
#ifndef YPP_TRANSPORT_SOCKET_H_
#define YPP_TRANSPORT_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "codec/byte_reader.h"

namespace ypp::transport {

// A whole message on its way out, built once and shared by the queues of all sockets it goes to.
struct OutgoingMessage {
  explicit OutgoingMessage(std::string message_bytes) : bytes(std::move(message_bytes)) {}

  const std::string bytes;
  // Where the socket code keeps the form in which it hands the message to its library, so that this
  // too is made once.
  mutable std::shared_ptr<void> prepared;
  // The same without its address, once a y-websocket client was sent it.
  mutable std::shared_ptr<const OutgoingMessage> bare;
};
using MessagePtr = std::shared_ptr<const OutgoingMessage>;

inline MessagePtr MakeMessage(std::string bytes) {
  return std::make_shared<const OutgoingMessage>(std::move(bytes));
}

class Socket {
 public:
  virtual ~Socket() = default;

  // Queues a message. Never calls back into the handler, also not when the peer reads too slowly
  // and the socket gives up.
  virtual void Send(const MessagePtr& message) = 0;
  // Begins to close. What was sent before still goes out; nothing is received any more. OnClosed
  // follows later, never from inside.
  virtual void Close(uint16_t code, std::string_view reason) = 0;
  // A larger message ends the socket with 1009.
  virtual void SetMaxMessageBytes(size_t size_bytes) = 0;
  // False: leaves what the peer sends where it is, so that the network slows it down. What was read
  // already still comes.
  virtual void SetReading(bool reading) = 0;
};

class SocketHandler {
 public:
  virtual ~SocketHandler() = default;

  virtual void OnMessage(codec::Bytes message) = 0;
  // So many frames came that were not a message each: they, too, take time to read.
  virtual void OnBareFrames(size_t count) = 0;
  // Called about once a second, with a steady clock.
  virtual void OnTick(int64_t now_ms) = 0;
  // Once, the last call.
  virtual void OnClosed() = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_SOCKET_H_
