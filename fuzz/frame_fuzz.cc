// Any bytes as a message between provider and relay: a frame of a known shape whose body is read or
// refused, and what was read writes the same message again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/awareness_message.h"
#include "codec/byte_reader.h"
#include "codec/check.h"
#include "codec/sync_message.h"
#include "transport/frame.h"

namespace {

using namespace ypp::transport;
using ypp::codec::ByteReader;

void ReadAwarenessStates(ypp::codec::Bytes update) {
  ByteReader in(update);
  for (const ypp::codec::AwarenessEntry& entry : ypp::codec::ReadAwarenessUpdate(in)) {
    YPP_CHECK(!in.ok() || entry.state.data() >= reinterpret_cast<const char*>(update.data()));
  }
}

// The message as this house writes it; empty when the body is bad or has no form of ours.
std::string Rewritten(const Frame& frame, ByteReader& body) {
  switch (frame.type) {
    case MessageType::kSync:
    case MessageType::kSyncReply: {
      const ypp::codec::SyncMessage message = ypp::codec::ReadSyncMessage(body);
      if (!body.ok()) return {};
      return frame.type == MessageType::kSync
                 ? WriteSync(frame.address, message.type, message.payload)
                 : WriteSyncReply(frame.address, message.type, message.payload);
    }
    case MessageType::kAwareness: {
      const ypp::codec::Bytes update = ReadAwareness(body);
      if (!body.ok()) return {};
      ReadAwarenessStates(update);
      return WriteAwareness(frame.address, update);
    }
    case MessageType::kAuth: {
      const AuthMessage auth = ReadAuth(body);
      if (!body.ok()) return {};
      if (auth.type == AuthType::kPermissionDenied)
        return WritePermissionDenied(frame.address, auth.text);
      if (auth.type == AuthType::kAuthenticated)
        return WriteAuthenticated(frame.address, auth.text);
      return WriteToken(frame.address, auth.text, auth.version);
    }
    case MessageType::kStateless: {
      const std::string_view payload = ReadStateless(body);
      return body.ok() ? WriteStateless(frame.address, payload) : std::string();
    }
    case MessageType::kBroadcastStateless: {
      const std::string_view payload = ReadStateless(body);
      return body.ok() ? WriteBroadcastStateless(frame.address, payload) : std::string();
    }
    case MessageType::kClose:
      (void)ReadClose(body);
      return {};
    case MessageType::kSyncStatus: {
      const bool applied = ReadSyncStatus(body);
      return body.ok() ? WriteSyncStatus(frame.address, applied) : std::string();
    }
    default:
      return {};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Frame frame = ReadFrame({data, size});
  if (frame.shape != FrameShape::kMessage) return 0;
  const std::string_view document = DocumentOf(frame.address);
  if (const auto session = SessionOf(frame.address))
    YPP_CHECK(JoinAddress(document, *session) == frame.address);

  ByteReader body(frame.body);
  const std::string written = Rewritten(frame, body);
  if (written.empty()) return 0;
  const Frame again = ReadFrame(ypp::codec::AsBytes(written));
  YPP_CHECK(again.shape == FrameShape::kMessage && again.type == frame.type &&
            again.address == frame.address);
  ByteReader body_again(again.body);
  YPP_CHECK(Rewritten(again, body_again) == written);
  return 0;
}
