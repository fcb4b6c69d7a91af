#include "bench/relay/floor_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/relay/frame_head.h"
#include "bench/relay/load_loop.h"
#include "codec/sync_message.h"
#include "transport/frame.h"

namespace ypp::bench {
namespace {

using codec::AsBytes;
using codec::SyncType;
using transport::MessageType;

constexpr std::string_view kHandshake =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
constexpr std::string_view kEmptyStateVector("\0", 1);
constexpr std::string_view kEmptyUpdate("\0\0", 2);
constexpr int kBacklog = 4'096;

class Peer;
using Members = std::vector<Peer*>;

class Peer : public LoadLoop::Watcher {
 public:
  Peer(int fd, std::unordered_map<std::string, Members>* documents)
      : fd_(fd), documents_(documents) {}
  ~Peer() override { close(fd_); }

  void OnReady(bool readable, bool writable) override {
    if (writable) Flush();
    if (readable) Read();
  }

 private:
  void Read() {
    static std::array<char, 256 * 1024> buffer;
    for (size_t got = buffer.size(); got == buffer.size();) {
      const ssize_t result = recv(fd_, buffer.data(), buffer.size(), 0);
      if (result <= 0) break;
      got = static_cast<size_t>(result);
      in_.append(buffer.data(), got);
    }
    if (!open_) Open();
    if (open_) in_.erase(0, ReadFrames());
    if (members_ == nullptr) return Flush();
    for (Peer* const member : *members_) member->Flush();
  }

  void Open() {
    const size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    in_.erase(0, end + 4);
    out_ += kHandshake;
    open_ = true;
  }

  // Tells how much that was.
  size_t ReadFrames() {
    std::string_view rest = in_;
    while (const auto head = ReadFrameHead(rest)) {
      OnMessage(rest.substr(head->head_bytes, head->payload_bytes));
      rest.remove_prefix(head->head_bytes + head->payload_bytes);
    }
    return in_.size() - rest.size();
  }

  void OnMessage(std::string_view message) {
    const transport::Frame frame = transport::ReadFrame(AsBytes(message));
    if (frame.type == MessageType::kAuth) Join(frame.address);
    if (frame.type == MessageType::kSync) OnSync(message, frame);
    if (frame.type == MessageType::kAwareness) HandOn(message);
  }

  void OnSync(std::string_view message, const transport::Frame& frame) {
    codec::ByteReader body(frame.body);
    const SyncType type = codec::ReadSyncMessage(body).type;
    if (type == SyncType::kStep1) {
      Say(transport::WriteSync(frame.address, SyncType::kStep2, AsBytes(kEmptyUpdate)));
      Say(transport::WriteSync(frame.address, SyncType::kStep1, AsBytes(kEmptyStateVector)));
      return;
    }
    if (type == SyncType::kUpdate) HandOn(message);
    Say(transport::WriteSyncStatus(frame.address, true));
  }

  void Join(std::string_view address) {
    members_ = &(*documents_)[std::string(address)];
    members_->push_back(this);
    Say(transport::WriteAuthenticated(address, transport::kScopeReadWrite));
  }

  void HandOn(std::string_view message) const {
    for (Peer* const member : *members_) {
      if (member != this) member->Say(message);
    }
  }

  void Say(std::string_view message) {
    AppendFrameHead(out_, kBinary, message.size(), false);
    out_ += message;
  }

  void Flush() {
    if (out_.empty()) return;
    const ssize_t sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent > 0) out_.erase(0, static_cast<size_t>(sent));
  }

  const int fd_;
  std::unordered_map<std::string, Members>* const documents_;
  Members* members_ = nullptr;  // of its document
  bool open_ = false;
  std::string in_;   // the beginning of a frame
  std::string out_;  // until the end of a turn, and what the socket would not take
};

class Listener : public LoadLoop::Watcher {
 public:
  explicit Listener(LoadLoop* loop)
      : loop_(loop), fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(fd_, reinterpret_cast<const sockaddr*>(&address), size);
    listen(fd_, kBacklog);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("listening on ws://127.0.0.1:%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    loop_->Watch(fd_, this);
  }
  ~Listener() override { close(fd_); }

  void OnReady(bool, bool) override {
    for (;;) {
      const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      peers_.push_back(std::make_unique<Peer>(fd, &documents_));
      loop_->Watch(fd, peers_.back().get());
    }
  }

 private:
  LoadLoop* const loop_;
  const int fd_;
  std::unordered_map<std::string, Members> documents_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace

void RunFloorServer() {
  LoadLoop loop;
  const Listener listener(&loop);
  constexpr int64_t kLongNs = 1'000'000'000;
  for (;;) loop.RunFor(kLongNs);
}

}  // namespace ypp::bench
