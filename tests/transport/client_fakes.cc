#include "tests/transport/client_fakes.h"

#include <algorithm>
#include <cctype>

namespace ypp::transport {
namespace {

class SocketHandle : public ClientSocket {
 public:
  explicit SocketHandle(std::shared_ptr<FakeSocket> socket) : socket_(std::move(socket)) {}
  ~SocketHandle() override { socket_->gone = true; }

  void Send(std::string_view message) override {
    if (socket_->open && !socket_->closed) socket_->sent.emplace_back(message);
  }
  void Ping() override { ++socket_->pings; }
  void Close(uint16_t code, const std::string&) override {
    socket_->closed = true;
    socket_->close_code = code;
  }
  size_t buffered_bytes() const override { return socket_->buffered_bytes; }

 private:
  std::shared_ptr<FakeSocket> socket_;
};

}  // namespace

std::string FromHex(std::string_view hex) {
  std::string bytes;
  int high = -1;
  for (const char digit : hex) {
    if (!std::isxdigit(static_cast<unsigned char>(digit))) continue;
    const int value = std::isdigit(static_cast<unsigned char>(digit))
                          ? digit - '0'
                          : std::tolower(static_cast<unsigned char>(digit)) - 'a' + 10;
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<char>(high * 16 + value));
      high = -1;
    }
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

std::vector<std::string> FakeSocket::TakeSent() {
  std::vector<std::string> hex;
  for (const std::string& message : std::exchange(sent, {})) hex.push_back(ToHex(message));
  return hex;
}

OpenSocket FakeNetwork::opener() {
  return [this](SocketEvents events) -> std::unique_ptr<ClientSocket> {
    auto socket = std::make_shared<FakeSocket>();
    socket->events = std::move(events);
    sockets.push_back(socket);
    return std::make_unique<SocketHandle>(std::move(socket));
  };
}

ClientWorld::ClientWorld(ClientOptions options, ClientEvents events) {
  ClientCore::Environment environment;
  environment.open_socket = network_.opener();
  environment.now_ms = [this] { return now_ms_; };
  environment.post = [this](std::function<void()> task) { tasks_.push_back(std::move(task)); };
  environment.wake_at = [this](int64_t at_ms) { wake_at_ms_ = at_ms; };
  environment.seed = 1;
  core_ = std::make_unique<ClientCore>(options, std::move(events), std::move(environment));
}

ClientWorld::~ClientWorld() = default;

void ClientWorld::Settle() {
  while (!tasks_.empty()) {
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }
}

void ClientWorld::Advance(int64_t ms) {
  const int64_t until_ms = now_ms_ + ms;
  Settle();
  while (wake_at_ms_ <= until_ms) {
    now_ms_ = std::max(now_ms_, wake_at_ms_);
    wake_at_ms_ = kNever;
    core_->Tick();
    Settle();
  }
  now_ms_ = until_ms;
}

void ClientWorld::Open() {
  Settle();
  socket().open = true;
  socket().events.on_open();
  Settle();
}

void ClientWorld::Receive(std::string_view hex) { ReceiveBytes(FromHex(hex)); }

void ClientWorld::ReceiveBytes(std::string_view bytes) {
  const std::shared_ptr<FakeSocket> socket = network_.sockets.back();
  if (!socket->gone) socket->events.on_message(bytes);
  Settle();
}

void ClientWorld::Lose(uint16_t code, const std::string& reason) {
  const std::shared_ptr<FakeSocket> socket = network_.sockets.back();
  socket->open = false;
  if (!socket->gone) socket->events.on_close(code, reason);
  Settle();
}

}  // namespace ypp::transport
