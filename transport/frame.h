// Hocuspocus framing: one protocol message per WebSocket message. PROTOCOL.md, "Frames".
//
//   message := address:varString type:varUint body | 09 (Ping) | 0a (Pong)
//   address := document name [ NUL session id ]
//
//   Frame frame = ReadFrame(bytes);
//   if (frame.shape == FrameShape::kMessage && frame.type == MessageType::kAuth) {
//     codec::ByteReader body(frame.body);
//     AuthMessage auth = ReadAuth(body);
//     if (body.ok()) ...
//   }
//
// Pure functions over values. Nothing here allocates when it reads; views point into the message,
// which must outlive them. Every Write… returns a whole message.
#ifndef YPP_TRANSPORT_FRAME_H_
#define YPP_TRANSPORT_FRAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/sync_message.h"

namespace ypp::transport {

enum class MessageType : uint8_t {
  kSync = 0,
  kAwareness = 1,
  kAuth = 2,
  kQueryAwareness = 3,
  kSyncReply = 4,  // like kSync, but a step 1 in it asks for no step 1 in return
  kStateless = 5,
  kBroadcastStateless = 6,  // between relays only
  kClose = 7,
  kSyncStatus = 8,
  kPing = 9,
  kPong = 10,
  kUnknown = 255,  // anything else; to be ignored
};

enum class AuthType : uint8_t {
  kToken = 0,             // client: here is my token. Relay: send me your token again
  kPermissionDenied = 1,  // relay: reason
  kAuthenticated = 2,     // relay: scope
};

// Scopes of kAuthenticated.
inline constexpr std::string_view kScopeReadWrite = "read-write";
inline constexpr std::string_view kScopeReadOnly = "readonly";

// WebSocket close codes with a meaning in the protocol.
inline constexpr uint16_t kCloseResetConnection = 4205;
inline constexpr uint16_t kCloseUnauthorized = 4401;
inline constexpr uint16_t kCloseForbidden = 4403;
inline constexpr uint16_t kCloseConnectionTimeout = 4408;

// One-byte messages without an address.
inline constexpr uint8_t kPingByte = 0x09;
inline constexpr uint8_t kPongByte = 0x0a;

enum class FrameShape : uint8_t {
  kMessage,
  kPing,        // the one-byte message 09
  kPong,        // the one-byte message 0a
  kBadAddress,  // the address cannot be read; the relay closes the socket with kCloseUnauthorized
  kBadType,     // address, but no type
};

struct Frame {
  FrameShape shape = FrameShape::kBadAddress;
  std::string_view address;  // of kMessage and kBadType
  MessageType type = MessageType::kUnknown;
  codec::Bytes body;
};

Frame ReadFrame(codec::Bytes message) noexcept;

// The parts of an address. A plain document name has no session.
std::string_view DocumentOf(std::string_view address);
std::optional<std::string_view> SessionOf(std::string_view address);
std::string JoinAddress(std::string_view document, std::string_view session);

// Bodies. On bad bytes the reader has failed and the result means nothing.
struct AuthMessage {
  AuthType type = AuthType::kToken;
  std::string_view text;  // the token, reason or scope; empty for a relay's request for the token
  std::optional<std::string_view> version;  // of the provider, from v4 on; only with kToken
};
AuthMessage ReadAuth(codec::ByteReader& body);
// The update inside, for codec::ReadAwarenessUpdate.
codec::Bytes ReadAwareness(codec::ByteReader& body);
// Of kStateless and kBroadcastStateless.
std::string_view ReadStateless(codec::ByteReader& body);
// The reason; empty in the client's form, which has no body.
std::string_view ReadClose(codec::ByteReader& body);
// True: applied, or nothing to apply. False: refused.
bool ReadSyncStatus(codec::ByteReader& body);
// The body of kSync and kSyncReply is read by codec::ReadSyncMessage. kQueryAwareness has none.

std::string WriteSync(std::string_view address, codec::SyncType type, codec::Bytes payload);
std::string WriteSyncReply(std::string_view address, codec::SyncType type, codec::Bytes payload);
std::string WriteAwareness(std::string_view address, codec::Bytes update);
std::string WriteToken(std::string_view address, std::string_view token,
                       std::optional<std::string_view> version);
std::string WriteTokenRequest(std::string_view address);
std::string WriteAuthenticated(std::string_view address, std::string_view scope);
std::string WritePermissionDenied(std::string_view address, std::string_view reason);
std::string WriteQueryAwareness(std::string_view address);
std::string WriteStateless(std::string_view address, std::string_view payload);
std::string WriteBroadcastStateless(std::string_view address, std::string_view payload);
// The client's form, and the relay's.
std::string WriteClose(std::string_view address);
std::string WriteClose(std::string_view address, std::string_view reason);
std::string WriteSyncStatus(std::string_view address, bool applied);
std::string WritePing();
std::string WritePong();

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_FRAME_H_
