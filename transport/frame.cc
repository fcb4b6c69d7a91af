#include "transport/frame.h"

#include <utility>

namespace ypp::transport {
namespace {

constexpr char kSessionSeparator = '\0';
constexpr uint64_t kLastType = static_cast<uint64_t>(MessageType::kPong);
constexpr uint64_t kLastAuthType = static_cast<uint64_t>(AuthType::kAuthenticated);

// Enough for the address, the type and the length of one varBytes.
constexpr size_t kHeaderSlackBytes = 16;

codec::ByteWriter Begin(std::string_view address, MessageType type, size_t body_size) {
  codec::ByteWriter out;
  out.Reserve(address.size() + kHeaderSlackBytes + body_size);
  out.WriteVarString(address);
  out.WriteVarUint(static_cast<uint64_t>(type));
  return out;
}

std::string WriteText(std::string_view address, MessageType type, std::string_view text) {
  codec::ByteWriter out = Begin(address, type, text.size());
  out.WriteVarString(text);
  return out.Take();
}

std::string WriteAuthText(std::string_view address, AuthType type, std::string_view text) {
  codec::ByteWriter out = Begin(address, MessageType::kAuth, text.size());
  out.WriteVarUint(static_cast<uint64_t>(type));
  out.WriteVarString(text);
  return out.Take();
}

std::string WriteSyncAs(MessageType frame_type, std::string_view address, codec::SyncType type,
                        codec::Bytes payload) {
  codec::ByteWriter out = Begin(address, frame_type, payload.size());
  codec::WriteSyncMessage(out, type, payload);
  return out.Take();
}

}  // namespace

Frame ReadFrame(codec::Bytes message) noexcept {
  Frame frame;
  if (message.size() == 1) {
    if (message.front() == kPingByte) frame.shape = FrameShape::kPing;
    if (message.front() == kPongByte) frame.shape = FrameShape::kPong;
    return frame;
  }
  codec::ByteReader reader(message);
  frame.address = reader.ReadVarString();
  if (!reader.ok()) return frame;
  const uint64_t type = reader.ReadVarUint();
  if (!reader.ok()) {
    frame.shape = FrameShape::kBadType;
    return frame;
  }
  frame.shape = FrameShape::kMessage;
  if (type <= kLastType) frame.type = static_cast<MessageType>(type);
  frame.body = reader.ReadBytes(reader.remaining());
  return frame;
}

std::string_view DocumentOf(std::string_view address) {
  return address.substr(0, address.find(kSessionSeparator));
}

std::optional<std::string_view> SessionOf(std::string_view address) {
  const size_t separator = address.find(kSessionSeparator);
  if (separator == std::string_view::npos) return std::nullopt;
  return address.substr(separator + 1);
}

std::string JoinAddress(std::string_view document, std::string_view session) {
  std::string address(document);
  address.push_back(kSessionSeparator);
  address.append(session);
  return address;
}

AuthMessage ReadAuth(codec::ByteReader& body) {
  AuthMessage auth;
  auth.type = static_cast<AuthType>(body.ReadVarUintUpTo(kLastAuthType, "unknown auth type"));
  if (auth.type == AuthType::kToken && body.empty()) return auth;  // the relay's request
  auth.text = body.ReadVarString();
  if (auth.type == AuthType::kToken && body.ok() && !body.empty()) {
    auth.version = body.ReadVarString();
  }
  return auth;
}

codec::Bytes ReadAwareness(codec::ByteReader& body) { return body.ReadVarBytes(); }

std::string_view ReadStateless(codec::ByteReader& body) { return body.ReadVarString(); }

std::string_view ReadClose(codec::ByteReader& body) {
  return body.empty() ? std::string_view() : body.ReadVarString();
}

bool ReadSyncStatus(codec::ByteReader& body) { return body.ReadVarUint() == 1; }

std::string WriteSync(std::string_view address, codec::SyncType type, codec::Bytes payload) {
  return WriteSyncAs(MessageType::kSync, address, type, payload);
}

std::string WriteSyncReply(std::string_view address, codec::SyncType type, codec::Bytes payload) {
  return WriteSyncAs(MessageType::kSyncReply, address, type, payload);
}

std::string WriteAwareness(std::string_view address, codec::Bytes update) {
  codec::ByteWriter out = Begin(address, MessageType::kAwareness, update.size());
  out.WriteVarBytes(update);
  return out.Take();
}

std::string WriteToken(std::string_view address, std::string_view token,
                       std::optional<std::string_view> version) {
  codec::ByteWriter out = Begin(address, MessageType::kAuth, token.size());
  out.WriteVarUint(static_cast<uint64_t>(AuthType::kToken));
  out.WriteVarString(token);
  if (version) out.WriteVarString(*version);
  return out.Take();
}

std::string WriteTokenRequest(std::string_view address) {
  codec::ByteWriter out = Begin(address, MessageType::kAuth, 1);
  out.WriteVarUint(static_cast<uint64_t>(AuthType::kToken));
  return out.Take();
}

std::string WriteAuthenticated(std::string_view address, std::string_view scope) {
  return WriteAuthText(address, AuthType::kAuthenticated, scope);
}

std::string WritePermissionDenied(std::string_view address, std::string_view reason) {
  return WriteAuthText(address, AuthType::kPermissionDenied, reason);
}

std::string WriteQueryAwareness(std::string_view address) {
  return Begin(address, MessageType::kQueryAwareness, 0).Take();
}

std::string WriteStateless(std::string_view address, std::string_view payload) {
  return WriteText(address, MessageType::kStateless, payload);
}

std::string WriteBroadcastStateless(std::string_view address, std::string_view payload) {
  return WriteText(address, MessageType::kBroadcastStateless, payload);
}

std::string WriteClose(std::string_view address) {
  return Begin(address, MessageType::kClose, 0).Take();
}

std::string WriteClose(std::string_view address, std::string_view reason) {
  return WriteText(address, MessageType::kClose, reason);
}

std::string WriteSyncStatus(std::string_view address, bool applied) {
  codec::ByteWriter out = Begin(address, MessageType::kSyncStatus, 1);
  out.WriteVarUint(applied ? 1 : 0);
  return out.Take();
}

std::string WritePing() { return std::string(1, static_cast<char>(kPingByte)); }

std::string WritePong() { return std::string(1, static_cast<char>(kPongByte)); }

}  // namespace ypp::transport
