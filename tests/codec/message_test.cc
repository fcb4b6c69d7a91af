#include <gtest/gtest.h>

#include "codec/awareness_message.h"
#include "codec/sync_message.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

TEST(SyncMessage, IsReadBackAsItWasWritten) {
  for (const SyncType type : {SyncType::kStep1, SyncType::kStep2, SyncType::kUpdate}) {
    ByteWriter out;
    WriteSyncMessage(out, type, AsBytes("payload"));
    ByteReader in(AsBytes(out.bytes()));
    const SyncMessage message = ReadSyncMessage(in);
    EXPECT_TRUE(in.ok() && in.empty());
    EXPECT_EQ(message.type, type);
    EXPECT_EQ(AsText(message.payload), "payload");
  }
}

TEST(SyncMessage, RefusesUnknownTypesAndWhatIsCut) {
  for (const char* hex : {"", "00", "03 00", "07 00", "02 05 0102"}) {
    const std::string bytes = Unhex(hex);
    ByteReader in(AsBytes(bytes));
    ReadSyncMessage(in);
    EXPECT_FALSE(in.ok()) << hex;
  }
}

TEST(SyncMessage, ReadsWhatYjsSends) {
  const Fixture fixture = LoadFixture("open/sync-protocol.json");
  int read = 0;
  for (const Any& step : ElementsOf(At(fixture.json, "steps"))) {
    if (TextOf(At(step, "op")) != "read") continue;
    const std::string& bytes = fixture.Blob(At(step, "m"));
    ByteReader in(AsBytes(bytes));
    const SyncMessage message = ReadSyncMessage(in);
    EXPECT_EQ(in.ok(), step.Find("throws") == nullptr);
    if (!in.ok()) continue;
    ++read;
    EXPECT_EQ(static_cast<int>(message.type), NumberOf(At(step, "type")));
    ByteWriter out;
    WriteSyncMessage(out, message.type, message.payload);
    EXPECT_EQ(Hex(out.bytes()), Hex(bytes));
  }
  EXPECT_GT(read, 0);
}

TEST(AwarenessMessage, IsReadBackAsItWasWritten) {
  const std::vector<AwarenessEntry> entries = {{5, 7, R"({"n":1})"}, {kMaxClientId, 0, "null"}};
  ByteWriter out;
  WriteAwarenessUpdate(out, entries);
  ByteReader in(AsBytes(out.bytes()));
  const std::vector<AwarenessEntry> read = ReadAwarenessUpdate(in);
  ASSERT_TRUE(in.ok() && in.empty());
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].client, 5u);
  EXPECT_EQ(read[0].clock, 7u);
  EXPECT_EQ(read[0].state, R"({"n":1})");
  EXPECT_FALSE(read[0].gone());
  EXPECT_EQ(read[1].client, kMaxClientId);
  EXPECT_TRUE(read[1].gone());
}

TEST(AwarenessMessage, IsRefusedWhenCutAnywhere) {
  const std::string bytes = Unhex("02 05 01 07 7b226e223a317d 06 02 04 6e756c6c");
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(AsBytes(std::string_view(bytes).substr(0, size)));
    EXPECT_TRUE(ReadAwarenessUpdate(in).empty());
    EXPECT_FALSE(in.ok()) << size;
  }
}

TEST(AwarenessMessage, RefusesACountLargerThanTheInput) {
  const std::string bytes = Unhex("ffffffffffffff0f 05 01 00");
  ByteReader in(AsBytes(bytes));
  EXPECT_TRUE(ReadAwarenessUpdate(in).empty());
  EXPECT_FALSE(in.ok());
}

TEST(AwarenessMessage, WritesTheBytesThatYProtocolsWrites) {
  int encodings = 0;
  for (const Fixture& fixture : LoadFixtures("open", "awareness")) {
    for (const Any& step : ElementsOf(At(fixture.json, "steps"))) {
      const Any* bytes_hex = step.Find("bytes");
      if (bytes_hex == nullptr || bytes_hex->if_string() == nullptr) continue;
      const std::string bytes = Unhex(TextOf(*bytes_hex));
      ByteReader in(AsBytes(bytes));
      const std::vector<AwarenessEntry> entries = ReadAwarenessUpdate(in);
      EXPECT_TRUE(in.ok() && in.empty()) << fixture.name;
      ByteWriter out;
      WriteAwarenessUpdate(out, entries);
      EXPECT_EQ(Hex(out.bytes()), Hex(bytes)) << fixture.name;
      ++encodings;
    }
  }
  EXPECT_GT(encodings, 0);
}

}  // namespace
}  // namespace ypp::codec
