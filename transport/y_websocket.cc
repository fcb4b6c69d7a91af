#include "transport/y_websocket.h"

#include <utility>

#include "codec/byte_writer.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

constexpr std::string_view kPath = "/y-websocket/";

// Types of messages, y-protocols: without an address, otherwise as those of Hocuspocus.
constexpr uint8_t kSync = 0;
constexpr uint8_t kAwareness = 1;
constexpr uint8_t kAuth = 2;
constexpr uint8_t kQueryAwareness = 3;
constexpr uint8_t kPermissionDenied = 0;  // of kAuth

std::string Denial(std::string_view reason) {
  codec::ByteWriter out;
  out.WriteVarUint(kAuth);
  out.WriteVarUint(kPermissionDenied);
  out.WriteVarString(reason);
  return out.Take();
}

}  // namespace

std::optional<std::string> YWebsocketDocument(const HttpRequest& request) {
  const std::string_view path = request.path();
  if (path.substr(0, kPath.size()) != kPath) return std::nullopt;
  return DecodePercents(path.substr(kPath.size()));
}

void YWebsocketAdapter::Open(std::shared_ptr<SocketHandler> handler, std::string_view token) {
  handler_ = std::move(handler);
  const std::string message = WriteToken(document_, token, std::nullopt);
  handler_->OnMessage(codec::AsBytes(message));
}

void YWebsocketAdapter::OnMessage(codec::Bytes message) {
  if (handler_ == nullptr || message.empty()) return;
  const uint8_t type = message.front();
  if (type != kSync && type != kAwareness && type != kQueryAwareness) return;
  codec::ByteWriter out;
  out.Reserve(document_.size() + message.size() + 8);
  out.WriteVarString(document_);
  std::string addressed = out.Take();
  addressed.append(codec::AsText(message));
  // Keeps the handler while it ends.
  const std::shared_ptr<SocketHandler> handler = handler_;
  handler->OnMessage(codec::AsBytes(addressed));
}

void YWebsocketAdapter::Send(const MessagePtr& message) {
  const codec::Bytes bytes = codec::AsBytes(message->bytes);
  const Frame frame = ReadFrame(bytes);
  if (frame.shape != FrameShape::kMessage) return;  // Ping and Pong
  if (frame.type == MessageType::kSync || frame.type == MessageType::kAwareness) {
    if (message->bare == nullptr) {
      const size_t address_end =
          static_cast<size_t>(frame.address.data() - message->bytes.data()) + frame.address.size();
      message->bare = MakeMessage(message->bytes.substr(address_end));
    }
    socket_->Send(message->bare);
  } else if (frame.type == MessageType::kAuth) {
    codec::ByteReader body(frame.body);
    const AuthMessage auth = ReadAuth(body);
    if (auth.type != AuthType::kPermissionDenied) return;
    socket_->Send(MakeMessage(Denial(auth.text)));
    // There is no second token to come on this socket. Clients do not come back after 44xx.
    socket_->Close(kCloseUnauthorized, auth.text);
  }
}

void YWebsocketAdapter::OnBareFrames(size_t count) {
  if (handler_ != nullptr) handler_->OnBareFrames(count);
}

void YWebsocketAdapter::OnTick(int64_t now_ms) {
  if (handler_ != nullptr) handler_->OnTick(now_ms);
}

void YWebsocketAdapter::OnClosed() {
  if (const auto handler = std::exchange(handler_, nullptr)) handler->OnClosed();
}

}  // namespace ypp::transport
