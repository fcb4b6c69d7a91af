#include "transport/stream_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace ypp::transport {
namespace {

// One buffer for all sockets of the thread; what they read is used up at once.
constexpr size_t kReadBytes = 64 * 1024;
// From one socket before others have their turn.
constexpr int kReadsPerTurn = 4;
// Copying what is smaller costs less than keeping hold of it.
constexpr size_t kSmallBytes = 4 * 1024;
// What an idle socket may keep of its buffer.
constexpr size_t kKeptBytes = 256;
constexpr size_t kMaxPieces = 16;
// For the peer to take what was sent last, and to end its side.
constexpr int64_t kLingerMs = 5'000;

}  // namespace

StreamSocket::StreamSocket(EventLoop* loop, int fd, std::unique_ptr<TlsSession> tls)
    : loop_(loop), fd_(fd), tls_(std::move(tls)) {}

StreamSocket::~StreamSocket() {
  if (fd_ < 0) return;
  loop_->Unwatch(fd_);
  close(fd_);
}

void StreamSocket::Start(Handler* handler) {
  handler_ = handler;
  loop_->Watch(fd_, this);
}

void StreamSocket::OnReady(bool readable, bool writable) {
  const auto keep = shared_from_this();
  if (writable && queued_bytes_ > 0) Send();
  if (!readable) return;
  readable_ = true;
  Read();
}

void StreamSocket::Read() {
  static thread_local std::array<char, kReadBytes> buffer;
  const auto keep = shared_from_this();
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (fd_ < 0 || !readable_ || (!reading_ && handler_ != nullptr)) return;
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      readable_ = false;
      return;
    }
    if (got <= 0) return End();
    // After a short read the loop tells when more has come.
    if (static_cast<size_t>(got) < buffer.size()) readable_ = false;
    if (!Deliver(std::string_view(buffer.data(), static_cast<size_t>(got)))) return;
  }
  if (readable_) loop_->ReadNextTurn(keep);
}

bool StreamSocket::Deliver(std::string_view bytes) {
  if (handler_ == nullptr) return true;  // closing: what the peer still sends is of no use
  if (tls_ == nullptr) {
    handler_->OnBytes(bytes);
    return fd_ >= 0;
  }
  const bool sound = tls_->Decrypt(bytes, [this](std::string_view plain) {
    if (handler_ != nullptr) handler_->OnBytes(plain);
  });
  // Of the handshake, or why it failed.
  Queue(tls_->TakeEncrypted());
  if (queued_bytes_ > 0) WantFlush();
  if (!sound && fd_ >= 0) End();
  return fd_ >= 0;
}

void StreamSocket::SetReading(bool reading) {
  if (std::exchange(reading_, reading) == reading) return;
  if (reading && readable_) loop_->ReadNextTurn(shared_from_this());
}

void StreamSocket::Write(std::string_view bytes) {
  if (fd_ < 0) return;
  if (tls_ != nullptr) {
    tls_->Encrypt(bytes);
    Queue(tls_->TakeEncrypted());
  } else {
    Queue(bytes);
  }
  WantFlush();
}

void StreamSocket::Write(const SharedBytes& bytes) {
  if (tls_ != nullptr || bytes->size() <= kSmallBytes) return Write(std::string_view(*bytes));
  if (fd_ < 0) return;
  Chunk& chunk = chunks_.emplace_back();
  chunk.shared = bytes;
  queued_bytes_ += bytes->size();
  WantFlush();
}

void StreamSocket::Queue(std::string_view bytes) {
  if (chunks_.empty()) {
    small_.append(bytes);
  } else {
    if (chunks_.back().shared != nullptr) chunks_.emplace_back();
    chunks_.back().own.append(bytes);
  }
  queued_bytes_ += bytes.size();
}

void StreamSocket::WantFlush() {
  if (std::exchange(flush_wanted_, true)) return;
  loop_->FlushAtTurnEnd(shared_from_this());
}

void StreamSocket::OnFlush() {
  flush_wanted_ = false;
  Send();
}

void StreamSocket::Send() {
  while (fd_ >= 0 && queued_bytes_ > 0) {
    std::array<iovec, kMaxPieces> pieces;
    size_t count = 0;
    const auto add = [&pieces, &count](std::string_view bytes) {
      if (!bytes.empty()) pieces[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
    };
    add(std::string_view(small_).substr(small_sent_bytes_));
    for (size_t i = first_chunk_; i < chunks_.size() && count < kMaxPieces; ++i) {
      add(chunks_[i].rest());
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const ssize_t sent = sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) return End();
    Sent(static_cast<size_t>(sent));
  }
  // Closed with something unread, the connection would be reset, and what was sent last be lost.
  if (closing_ && queued_bytes_ == 0) shutdown(fd_, SHUT_WR);
}

void StreamSocket::Sent(size_t size_bytes) {
  queued_bytes_ -= size_bytes;
  const size_t of_small = std::min(size_bytes, small_.size() - small_sent_bytes_);
  small_sent_bytes_ += of_small;
  size_bytes -= of_small;
  if (small_sent_bytes_ == small_.size()) {
    small_sent_bytes_ = 0;
    small_.clear();
    if (small_.capacity() > kKeptBytes) small_.shrink_to_fit();
  }
  while (size_bytes > 0) {
    Chunk& chunk = chunks_[first_chunk_];
    const size_t of_chunk = std::min(size_bytes, chunk.rest().size());
    chunk.sent_bytes += of_chunk;
    size_bytes -= of_chunk;
    if (!chunk.rest().empty()) break;
    chunk = {};
    ++first_chunk_;
  }
  if (first_chunk_ == chunks_.size() && first_chunk_ > 0) {
    std::vector<Chunk>().swap(chunks_);
    first_chunk_ = 0;
  }
}

void StreamSocket::CloseWhenSent() {
  handler_ = nullptr;
  if (fd_ < 0 || std::exchange(closing_, true)) return;
  reading_ = true;  // up to the peer's own end
  WantFlush();
  loop_->PostAfter(kLingerMs, [self = shared_from_this()] { self->Close(); });
}

void StreamSocket::Close() {
  handler_ = nullptr;
  if (fd_ < 0) return;
  loop_->Unwatch(fd_);
  close(std::exchange(fd_, -1));
  queued_bytes_ = 0;
}

void StreamSocket::End() {
  Handler* const handler = handler_;
  Close();
  if (handler != nullptr) handler->OnEnd();
}

}  // namespace ypp::transport
