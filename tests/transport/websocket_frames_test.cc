// Frames as RFC 6455 has them; the examples are those of its section 5.7 where it has one.
#include "transport/websocket_frames.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/transport/client_frame.h"

namespace ypp::transport {
namespace {

using Kind = WebSocketEvent::Kind;

class WebSocketFramesTest : public testing::Test {
 protected:
  // All events of the bytes, up to the first that is broken.
  std::vector<WebSocketEvent> Read(std::string bytes) {
    std::vector<WebSocketEvent> events;
    absl::Span<char> rest = absl::MakeSpan(bytes);
    while (!rest.empty()) {
      WebSocketEvent event = reader_.Next(&rest);
      if (event.kind == Kind::kNone) break;
      events.push_back(std::move(event));
      if (events.back().kind == Kind::kBroken) break;
    }
    return events;
  }
  // The code with which the bytes are refused; 0: they are not.
  uint16_t CodeFor(const std::string& bytes) {
    const std::vector<WebSocketEvent> events = Read(bytes);
    const bool broken = !events.empty() && events.back().kind == Kind::kBroken;
    return broken ? events.back().code : 0;
  }

  WebSocketFrameReader reader_;
};

TEST_F(WebSocketFramesTest, AMaskedMessageIsRead) {
  const auto events = Read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, Kind::kMessage);
  EXPECT_EQ(events[0].payload, "Hello");
}

TEST_F(WebSocketFramesTest, AMessageMayComeByteByByte) {
  const std::string large(300, 'x');
  const std::string bytes = Masked(0x82, large);
  for (size_t i = 0; i + 1 < bytes.size(); ++i) EXPECT_TRUE(Read({bytes[i]}).empty());
  const auto events = Read({bytes.back()});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].payload, large);
}

TEST_F(WebSocketFramesTest, MessagesAreNoBareFramesHoweverLargeTheyAre) {
  for (const size_t size : {0, 125, 126, 60'000}) {
    Read(Masked(0x82, std::string(size, 'x')));
    EXPECT_EQ(reader_.TakeBareFrames(), 0u) << size;
  }
}

TEST_F(WebSocketFramesTest, PingsAndFragmentsAreBareFrames) {
  std::string bytes = Masked(0x02, "He");
  for (int i = 0; i < 1'000; ++i) bytes += Masked(0x00, "") + Masked(0x89, "there?");
  Read(bytes);
  EXPECT_EQ(reader_.TakeBareFrames(), 2'001u) << "of which one may yet be that of the message";
  Read(Masked(0x80, "llo") + Masked(0x8a, ""));
  EXPECT_EQ(reader_.TakeBareFrames(), 1u);
  EXPECT_EQ(reader_.TakeBareFrames(), 0u);
}

TEST_F(WebSocketFramesTest, BytesThatComeOneByOneAreCountedOnce) {
  const std::string bytes = Masked(0x02, std::string(300, 'x')) + Masked(0x80, "y") +
                            Masked(0x89, "there?") + Masked(0x82, "z") + Masked(0x89, "");
  size_t frames = 0;
  for (const char byte : bytes) {
    Read({byte});
    frames += reader_.TakeBareFrames();
  }
  EXPECT_EQ(frames, 3u);
}

TEST_F(WebSocketFramesTest, FragmentsAreOneMessageAndAPingMayComeBetweenThem) {
  const auto events = Read(Masked(0x02, "Hel") + Masked(0x89, "there?") + Masked(0x80, "lo"));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, Kind::kPing);
  EXPECT_EQ(events[0].payload, "there?");
  EXPECT_EQ(events[1].kind, Kind::kMessage);
  EXPECT_EQ(events[1].payload, "Hello");
}

TEST_F(WebSocketFramesTest, MessagesThatCameTogetherComeOneAfterTheOther) {
  const auto events = Read(Masked(0x82, "a") + Masked(0x82, "") + Masked(0x8a, "p"));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].payload, "a");
  EXPECT_EQ(events[1].kind, Kind::kMessage);
  EXPECT_EQ(events[1].payload, "");
  EXPECT_EQ(events[2].kind, Kind::kPong);
}

TEST_F(WebSocketFramesTest, ACloseSaysItsCodeAndReason) {
  const auto with_reason = Read(Masked(0x88, std::string("\x03\xe8") + "bye"));
  ASSERT_EQ(with_reason.size(), 1u);
  EXPECT_EQ(with_reason[0].kind, Kind::kClose);
  EXPECT_EQ(with_reason[0].code, 1000);
  EXPECT_EQ(with_reason[0].payload, "bye");
  const auto empty = Read(Masked(0x88, ""));
  ASSERT_EQ(empty.size(), 1u);
  EXPECT_EQ(empty[0].code, kCloseNoCode);
}

TEST_F(WebSocketFramesTest, ACloseWithACodeThatNobodyMaySendIsBroken) {
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    const std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    WebSocketFrameReader reader;
    std::string bytes = Masked(0x88, payload);
    absl::Span<char> rest = absl::MakeSpan(bytes);
    const WebSocketEvent event = reader.Next(&rest);
    EXPECT_EQ(event.kind, Kind::kBroken) << code;
    EXPECT_EQ(event.code, 1002) << code;
  }
  EXPECT_EQ(CodeFor(Masked(0x88, "\x03")), 1002) << "half a code";
}

TEST_F(WebSocketFramesTest, AFrameThatIsNotMaskedIsBroken) {
  EXPECT_EQ(CodeFor("\x82\x01x"), 1002);
}

TEST_F(WebSocketFramesTest, AReservedBitIsBroken) { EXPECT_EQ(CodeFor(Masked(0xc2, "x")), 1002); }

TEST_F(WebSocketFramesTest, AReservedOpcodeIsBroken) {
  EXPECT_EQ(CodeFor(Masked(0x83, "x")), 1002);
}

TEST_F(WebSocketFramesTest, APingInPiecesIsBroken) { EXPECT_EQ(CodeFor(Masked(0x09, "x")), 1002); }

TEST_F(WebSocketFramesTest, ALargePingIsBroken) {
  EXPECT_EQ(CodeFor(Masked(0x89, std::string(126, 'x'))), 1002);
}

TEST_F(WebSocketFramesTest, AContinuationOfNothingIsBroken) {
  EXPECT_EQ(CodeFor(Masked(0x80, "x")), 1002);
}

TEST_F(WebSocketFramesTest, AMessageWithinAnotherIsBroken) {
  EXPECT_EQ(CodeFor(Masked(0x02, "x") + Masked(0x82, "y")), 1002);
}

TEST_F(WebSocketFramesTest, TextThatIsNoUtf8IsBroken) {
  EXPECT_EQ(CodeFor(Masked(0x81, "\xff")), 1007);
}

TEST_F(WebSocketFramesTest, ACloseReasonThatIsNoUtf8IsBroken) {
  EXPECT_EQ(CodeFor(Masked(0x88, "\x03\xe8\xff")), 1007);
}

TEST_F(WebSocketFramesTest, AMessagePastTheLimitIsBrokenByItsHeadAlone) {
  reader_.SetMaxMessageBytes(1'000);
  const std::string frame = Masked(0x82, std::string(1'001, 'x'));
  EXPECT_EQ(CodeFor(frame.substr(0, 8)), 1009);
}

TEST_F(WebSocketFramesTest, FragmentsPastTheLimitAreBrokenToo) {
  reader_.SetMaxMessageBytes(1'000);
  EXPECT_EQ(CodeFor(Masked(0x02, std::string(600, 'x')) + Masked(0x00, std::string(400, 'y'))), 0);
  EXPECT_EQ(CodeFor(Masked(0x80, "z")), 1009);
}

TEST_F(WebSocketFramesTest, WhatAServerSendsIsNotMasked) {
  EXPECT_EQ(MessageFrame("Hello"), "\x82\x05Hello");
  EXPECT_EQ(MessageFrame(std::string(256, 'x')),
            std::string("\x82\x7e\x01\x00", 4) + std::string(256, 'x'));
  EXPECT_EQ(MessageFrame(std::string(65'536, 'x')).substr(0, 10),
            std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  EXPECT_EQ(PingFrame(""), std::string("\x89\x00", 2));
  EXPECT_EQ(PongFrame("Hello"), "\x8a\x05Hello");
  EXPECT_EQ(CloseFrame(1000, "bye"),
            "\x88\x05\x03\xe8"
            "bye");
  EXPECT_EQ(CloseFrame(kCloseNoCode, ""), std::string("\x88\x00", 2));
}

TEST_F(WebSocketFramesTest, ALongReasonIsCutBetweenCharacters) {
  std::string reason(122, 'x');
  reason += "\xc3\xa9";
  const std::string frame = CloseFrame(1000, reason);
  EXPECT_EQ(frame.size(), 2u + 2u + 122u);
  EXPECT_EQ(frame.back(), 'x');
}

}  // namespace
}  // namespace ypp::transport
