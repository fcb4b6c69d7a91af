// y-websocket clients on a relay: their messages translated to those of Hocuspocus and back.
// PROTOCOL.md, "y-websocket".
//
//   /y-websocket/<document>?token=<token>
//
// One document per socket, without addresses. The token is taken for the client's Auth message;
// acknowledgements and texts beside the document are not for these clients.
//
// It stands between the socket and its Connection: to the one it is the handler, to the other the
// socket. Everything happens on the relay's thread.
#ifndef YPP_TRANSPORT_Y_WEBSOCKET_H_
#define YPP_TRANSPORT_Y_WEBSOCKET_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "transport/http_message.h"
#include "transport/socket.h"

namespace ypp::transport {

// The document that a request of such a client names; nullopt: it is none.
std::optional<std::string> YWebsocketDocument(const HttpRequest& request);

class YWebsocketAdapter : public Socket, public SocketHandler {
 public:
  YWebsocketAdapter(std::shared_ptr<Socket> socket, std::string document)
      : socket_(std::move(socket)), document_(std::move(document)) {}

  // `handler` was made with this as its socket. Sends the token on.
  void Open(std::shared_ptr<SocketHandler> handler, std::string_view token);

  // Socket
  void Send(const MessagePtr& message) override;
  void Close(uint16_t code, std::string_view reason) override { socket_->Close(code, reason); }
  void SetMaxMessageBytes(size_t size_bytes) override { socket_->SetMaxMessageBytes(size_bytes); }
  void SetReading(bool reading) override { socket_->SetReading(reading); }

  // SocketHandler
  void OnMessage(codec::Bytes message) override;
  void OnBareFrames(size_t count) override;
  void OnTick(int64_t now_ms) override;
  void OnClosed() override;

 private:
  std::shared_ptr<Socket> socket_;
  const std::string document_;
  std::shared_ptr<SocketHandler> handler_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_Y_WEBSOCKET_H_
