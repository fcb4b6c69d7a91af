#include "transport/websocket_frames.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>
#include <websocketpp/close.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/processors/hybi13.hpp>

namespace ypp::transport {
namespace {

namespace close_frame = websocketpp::close;
namespace frame = websocketpp::frame;

using Config = websocketpp::config::core;
using Kind = WebSocketEvent::Kind;

constexpr size_t kMaxControlBytes = 125;
constexpr size_t kMaxCloseReasonBytes = kMaxControlBytes - sizeof(uint16_t);
// A client's, with its mask.
constexpr int64_t kSmallestHeadBytes = 6;

// Both are without state, and so for all connections.
const Config::con_msg_manager_type::ptr& Messages() {
  static const auto messages = std::make_shared<Config::con_msg_manager_type>();
  return messages;
}
Config::rng_type& NoRandom() {
  static Config::rng_type none;  // a server masks nothing
  return none;
}

WebSocketEvent CloseEvent(const std::string& payload) {
  std::error_code error;
  const uint16_t code = close_frame::extract_code(payload, error);
  if (error || close_frame::status::reserved(code)) {
    return {Kind::kBroken, "Bad Close Code", close_frame::status::protocol_error};
  }
  std::string reason = close_frame::extract_reason(payload, error);
  if (error) return {Kind::kBroken, error.message(), close_frame::status::invalid_payload};
  return {Kind::kClose, std::move(reason), code};
}

// That a frame's head has for the length of a payload, beside the first.
int64_t LengthBytes(size_t payload_bytes) {
  if (payload_bytes < 126) return 0;
  return payload_bytes < 65'536 ? 2 : 8;
}

// At most so many bytes, and whole characters of UTF-8.
std::string_view Cut(std::string_view text, size_t size_bytes) {
  if (text.size() <= size_bytes) return text;
  while (size_bytes > 0 && (text[size_bytes] & 0xc0) == 0x80) --size_bytes;
  return text.substr(0, size_bytes);
}

std::string Frame(frame::opcode::value opcode, std::string_view payload) {
  std::string bytes =
      frame::prepare_header(frame::basic_header(opcode, payload.size(), true, false),
                            frame::extended_header(payload.size()));
  bytes.append(payload);
  return bytes;
}

}  // namespace

class WebSocketFrameReader::Processor : public websocketpp::processor::hybi13<Config> {
 public:
  Processor() : hybi13(false, true, Messages(), NoRandom()) {}

  // What came of a message, and of a control frame, that are not whole yet.
  size_t begun_bytes() const { return SizeOf(m_data_msg.msg_ptr) + SizeOf(m_control_msg.msg_ptr); }

 private:
  static size_t SizeOf(const message_ptr& message) {
    return message == nullptr ? 0 : message->get_payload().size();
  }
};

WebSocketFrameReader::WebSocketFrameReader() : processor_(std::make_unique<Processor>()) {}

WebSocketFrameReader::~WebSocketFrameReader() = default;

void WebSocketFrameReader::SetMaxMessageBytes(size_t size_bytes) {
  processor_->set_max_message_size(size_bytes);
}

WebSocketEvent WebSocketFrameReader::Next(absl::Span<char>* bytes) {
  std::error_code error;
  const size_t begun_bytes = processor_->begun_bytes();
  size_t taken_bytes = 0;
  try {
    taken_bytes =
        processor_->consume(reinterpret_cast<uint8_t*>(bytes->data()), bytes->size(), error);
  } catch (const std::bad_alloc&) {
    // Of the size that the peer says its message has. Others need not suffer from it.
    return {Kind::kBroken, "Out Of Memory", close_frame::status::message_too_big};
  }
  if (error) {
    return {Kind::kBroken, error.message(), websocketpp::processor::error::to_ws(error)};
  }
  bytes->remove_prefix(taken_bytes);
  bare_head_bytes_ += static_cast<int64_t>(taken_bytes + begun_bytes - processor_->begun_bytes());
  if (!processor_->ready()) return {};
  const Config::message_type::ptr message = processor_->get_message();
  std::string payload = std::move(message->get_raw_payload());
  switch (message->get_opcode()) {
    case frame::opcode::ping:
      return {Kind::kPing, std::move(payload), 0};
    case frame::opcode::pong:
      return {Kind::kPong, std::move(payload), 0};
    case frame::opcode::close:
      return CloseEvent(payload);
    default:
      bare_head_bytes_ -= kSmallestHeadBytes + LengthBytes(payload.size());
      return {Kind::kMessage, std::move(payload), 0};
  }
}

size_t WebSocketFrameReader::TakeBareFrames() {
  const int64_t frames = std::max<int64_t>(bare_head_bytes_, 0) / kSmallestHeadBytes;
  bare_head_bytes_ -= frames * kSmallestHeadBytes;
  return static_cast<size_t>(frames);
}

std::string MessageFrame(std::string_view message) { return Frame(frame::opcode::binary, message); }

std::string PingFrame(std::string_view payload) { return Frame(frame::opcode::ping, payload); }

std::string PongFrame(std::string_view payload) { return Frame(frame::opcode::pong, payload); }

std::string CloseFrame(uint16_t code, std::string_view reason) {
  std::string payload;
  if (code != kCloseNoCode) {
    payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    payload.append(Cut(reason, kMaxCloseReasonBytes));
  }
  return Frame(frame::opcode::close, payload);
}

}  // namespace ypp::transport
