#include "transport/stream_socket.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <chrono>
#include <span>
#include <utility>

namespace ypp::transport {
namespace {

namespace asio = boost::asio;
using TcpSocket = EventLoop::TcpSocket;
using boost::system::error_code;

// One buffer for all sockets of the thread; what they read is used up at once. Also what one socket
// may ask for before others have their turn: some hundreds of small messages.
constexpr size_t kReadBytes = 16 * 1024;
// Copying what is smaller costs less than keeping hold of it.
constexpr size_t kSmallBytes = 4 * 1024;
// What an idle socket may keep of its buffer: enough for an update and an acknowledgement.
constexpr size_t kKeptBytes = 128;
constexpr size_t kMaxPieces = 16;
// For the peer to take what was sent last, and to end its side.
constexpr std::chrono::seconds kLinger(5);

}  // namespace

StreamSocket::StreamSocket(EventLoop* loop, TcpSocket socket, std::unique_ptr<TlsSession> tls)
    : loop_(loop), socket_(std::move(socket)), tls_(std::move(tls)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

void StreamSocket::Start(Handler* handler) {
  handler_ = handler;
  ReadWhenReady();
}

// Waiting for bytes rather than reading them needs no buffer meanwhile.
void StreamSocket::ReadWhenReady() {
  if (std::exchange(awaits_readable_, true)) return;
  socket_.async_wait(TcpSocket::wait_read, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->awaits_readable_ = false;
    if (!error) self->Read();
  });
}

void StreamSocket::Read() {
  static thread_local std::array<char, kReadBytes> buffer;
  const auto keep = shared_from_this();
  if (!open() || (!reading_ && handler_ != nullptr)) return;
  error_code error;
  const size_t got = socket_.read_some(asio::buffer(buffer), error);
  if (error && error != asio::error::would_block) return End();
  if (got > 0 && !Deliver(absl::MakeSpan(buffer.data(), got))) return;
  if (reading_ || handler_ == nullptr) ReadWhenReady();
}

bool StreamSocket::Deliver(absl::Span<char> bytes) {
  if (handler_ == nullptr) return true;  // closing: what the peer still sends is of no use
  if (tls_ == nullptr) {
    handler_->OnBytes(bytes);
    return open();
  }
  const std::string_view encrypted(bytes.data(), bytes.size());
  const bool sound = tls_->Decrypt(encrypted, [this](absl::Span<char> plain) {
    if (handler_ != nullptr) handler_->OnBytes(plain);
  });
  // Of the handshake, or why it failed.
  Queue(tls_->TakeEncrypted());
  if (queued_bytes_ > 0) WantFlush();
  if (!sound && open()) End();
  return open();
}

void StreamSocket::SetReading(bool reading) {
  if (std::exchange(reading_, reading) == reading) return;
  if (reading && open()) ReadWhenReady();
}

void StreamSocket::Write(std::string_view bytes) {
  if (!open()) return;
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
  if (!open()) return;
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
  while (open() && queued_bytes_ > 0) {
    if (!SendSome()) return;
  }
  // Closed with something unread, the connection would be reset, and what was sent last be lost.
  if (closing_ && open()) {
    error_code ignored;
    socket_.shutdown(TcpSocket::shutdown_send, ignored);
  }
}

bool StreamSocket::SendSome() {
  std::array<asio::const_buffer, kMaxPieces> pieces;
  size_t count = 0;
  const auto add = [&pieces, &count](std::string_view bytes) {
    if (!bytes.empty()) pieces[count++] = asio::const_buffer(bytes.data(), bytes.size());
  };
  add(std::string_view(small_).substr(small_sent_bytes_));
  for (size_t i = first_chunk_; i < chunks_.size() && count < kMaxPieces; ++i) {
    add(chunks_[i].rest());
  }
  error_code error;
  const size_t sent = socket_.write_some(std::span(pieces.data(), count), error);
  if (error == asio::error::would_block) {
    SendWhenReady();
    return false;
  }
  if (error) {
    End();
    return false;
  }
  Sent(sent);
  return true;
}

void StreamSocket::SendWhenReady() {
  if (std::exchange(awaits_writable_, true)) return;
  socket_.async_wait(TcpSocket::wait_write, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->awaits_writable_ = false;
    if (!error) self->Send();
  });
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
  if (!open() || std::exchange(closing_, true)) return;
  reading_ = true;  // up to the peer's own end
  WantFlush();
  linger_ = std::make_unique<asio::steady_timer>(loop_->io(), kLinger);
  linger_->async_wait([self = shared_from_this()](const error_code&) { self->Close(); });
}

void StreamSocket::Close() {
  handler_ = nullptr;
  linger_.reset();
  if (!open()) return;
  error_code ignored;
  socket_.close(ignored);
  queued_bytes_ = 0;
}

void StreamSocket::End() {
  Handler* const handler = handler_;
  Close();
  if (handler != nullptr) handler->OnEnd();
}

}  // namespace ypp::transport
