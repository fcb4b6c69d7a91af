#include "transport/frame.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "codec/any.h"
#include "codec/json.h"
#include "codec/sync_message.h"

namespace ypp::transport {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

struct Recorded {
  std::string direction;
  std::string what;
  std::string bytes;
  std::string node_closes_with;
};

// Frames recorded between the npm server and provider.
std::vector<Recorded> RecordedFrames() {
  std::ifstream file(YPP_TEST_DATA_DIR "/hocuspocus_frames.json");
  std::stringstream text;
  text << file.rdbuf();
  absl::StatusOr<Any> json = codec::ParseJson(text.str());
  std::vector<Recorded> frames;
  if (!json.ok() || json->if_array() == nullptr) return frames;
  for (const Any& entry : *json->if_array()) {
    const auto field = [&](std::string_view key) {
      const Any* value = entry.Find(key);
      return value && value->if_string() ? *value->if_string() : std::string();
    };
    frames.push_back(
        {field("dir"), field("what"), FromHex(field("hex")), field("node_closes_with")});
  }
  return frames;
}

// Reads the body and writes the whole message again from what was read.
std::string Rewrite(const Frame& frame, bool to_client) {
  codec::ByteReader body(frame.body);
  switch (frame.type) {
    case MessageType::kSync:
    case MessageType::kSyncReply: {
      const codec::SyncMessage sync = codec::ReadSyncMessage(body);
      EXPECT_TRUE(body.ok());
      return frame.type == MessageType::kSync
                 ? WriteSync(frame.address, sync.type, sync.payload)
                 : WriteSyncReply(frame.address, sync.type, sync.payload);
    }
    case MessageType::kAwareness:
      return WriteAwareness(frame.address, ReadAwareness(body));
    case MessageType::kAuth: {
      const AuthMessage auth = ReadAuth(body);
      if (auth.type == AuthType::kPermissionDenied)
        return WritePermissionDenied(frame.address, auth.text);
      if (auth.type == AuthType::kAuthenticated)
        return WriteAuthenticated(frame.address, auth.text);
      if (to_client) return WriteTokenRequest(frame.address);
      return WriteToken(frame.address, auth.text, auth.version);
    }
    case MessageType::kQueryAwareness:
      return WriteQueryAwareness(frame.address);
    case MessageType::kStateless:
      return WriteStateless(frame.address, ReadStateless(body));
    case MessageType::kBroadcastStateless:
      return WriteBroadcastStateless(frame.address, ReadStateless(body));
    case MessageType::kClose:
      return frame.body.empty() ? WriteClose(frame.address)
                                : WriteClose(frame.address, ReadClose(body));
    case MessageType::kSyncStatus:
      return WriteSyncStatus(frame.address, ReadSyncStatus(body));
    default:
      return "";
  }
}

Frame Read(const std::string& bytes) { return ReadFrame(codec::AsBytes(bytes)); }

TEST(Frame, WritesEveryRecordedFrameAsItWasRead) {
  int compared = 0;
  for (const Recorded& recorded : RecordedFrames()) {
    if (!recorded.node_closes_with.empty() || recorded.what.rfind("redis payload", 0) == 0)
      continue;
    SCOPED_TRACE(recorded.what);
    const Frame frame = Read(recorded.bytes);
    ++compared;
    if (frame.shape == FrameShape::kPing) {
      EXPECT_EQ(WritePing(), recorded.bytes);
    } else if (frame.shape == FrameShape::kPong) {
      EXPECT_EQ(WritePong(), recorded.bytes);
    } else {
      ASSERT_EQ(frame.shape, FrameShape::kMessage);
      EXPECT_EQ(Rewrite(frame, recorded.direction == "s2c"), recorded.bytes);
    }
  }
  EXPECT_EQ(compared, 28);
}

TEST(Frame, TellsAnUnreadableAddressFromAMissingType) {
  for (const Recorded& recorded : RecordedFrames()) {
    SCOPED_TRACE(recorded.what);
    const FrameShape shape = Read(recorded.bytes).shape;
    if (recorded.bytes == WritePong()) {
      EXPECT_EQ(shape, FrameShape::kPong);
    } else if (recorded.node_closes_with == "4401") {
      EXPECT_EQ(shape, FrameShape::kBadAddress);
    } else if (recorded.node_closes_with == "4205") {
      EXPECT_EQ(shape, FrameShape::kBadType);
    }
  }
  EXPECT_EQ(Read("").shape, FrameShape::kBadAddress);
  EXPECT_EQ(Read(std::string("\x02\xff\xfe\x00", 4)).shape, FrameShape::kBadAddress);
}

TEST(Frame, ReadsTheAddressAndTypeOfAMessage) {
  const std::string bytes = FromHex("057364007331020004676f6f6405342e382e30");
  const Frame frame = Read(bytes);
  ASSERT_EQ(frame.shape, FrameShape::kMessage);
  EXPECT_EQ(frame.address, std::string_view("sd\0s1", 5));
  EXPECT_EQ(DocumentOf(frame.address), "sd");
  EXPECT_EQ(SessionOf(frame.address), "s1");
  EXPECT_EQ(frame.type, MessageType::kAuth);
  codec::ByteReader body(frame.body);
  const AuthMessage auth = ReadAuth(body);
  EXPECT_TRUE(body.ok());
  EXPECT_EQ(auth.text, "good");
  EXPECT_EQ(auth.version, "4.8.0");
}

TEST(Frame, APlainNameHasNoSession) {
  EXPECT_EQ(DocumentOf("doc"), "doc");
  EXPECT_EQ(SessionOf("doc"), std::nullopt);
  EXPECT_EQ(JoinAddress("doc", "s"), std::string("doc\0s", 5));
}

TEST(Frame, UnknownTypesAreReadAsSuch) {
  EXPECT_EQ(Read(FromHex("0275312a")).type, MessageType::kUnknown);
  EXPECT_EQ(Read(FromHex("027531ffffffffffffff0f")).type, MessageType::kUnknown);
  EXPECT_EQ(Read(FromHex("02703909")).type, MessageType::kPing);
}

TEST(Frame, EveryTruncationOfABodyIsNoticed) {
  const std::vector<std::string> whole = {
      WriteToken("doc", "token", "4.8.0"),
      WriteAuthenticated("doc", kScopeReadOnly),
      WritePermissionDenied("doc", "no"),
      WriteStateless("doc", "hello"),
      WriteAwareness("doc", codec::AsBytes("\x01\x01\x01\x04null")),
      WriteSync("doc", codec::SyncType::kUpdate, codec::AsBytes("bytes")),
      WriteClose("doc", "reason"),
      WriteSyncStatus("doc", true),
  };
  const size_t header = 5;  // "doc" with its length, and the type
  for (const std::string& bytes : whole) {
    for (size_t size = header; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      const Frame frame = Read(cut);
      ASSERT_EQ(frame.shape, FrameShape::kMessage);
      // These three forms are valid messages of their own.
      if (frame.type == MessageType::kAuth && cut == WriteToken("doc", "token", std::nullopt))
        continue;
      if (frame.type == MessageType::kAuth && cut == WriteTokenRequest("doc")) continue;
      if (frame.type == MessageType::kClose && cut == WriteClose("doc")) continue;
      codec::ByteReader body(frame.body);
      switch (frame.type) {
        case MessageType::kAuth:
          ReadAuth(body);
          break;
        case MessageType::kStateless:
          ReadStateless(body);
          break;
        case MessageType::kAwareness:
          ReadAwareness(body);
          break;
        case MessageType::kClose:
          ReadClose(body);
          break;
        case MessageType::kSyncStatus:
          ReadSyncStatus(body);
          break;
        default:
          codec::ReadSyncMessage(body);
          break;
      }
      EXPECT_FALSE(body.ok()) << "type " << static_cast<int>(frame.type) << " cut to " << size;
    }
  }
}

TEST(Frame, RefusesAnUnknownAuthType) {
  codec::ByteReader body(codec::AsBytes("\x03\x01x"));
  ReadAuth(body);
  EXPECT_FALSE(body.ok());
}

}  // namespace
}  // namespace ypp::transport
