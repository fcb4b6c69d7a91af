#include "transport/http_exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace ypp::transport {
namespace {

constexpr size_t kMaxBodyBytes = 10;

// The example of RFC 6455, section 1.3.
constexpr std::string_view kHandshake =
    "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string replaced(text);
  return replaced.replace(replaced.find(from), from.size(), to);
}

// The status of a handshake, 0 when it is none.
int HandshakeStatus(std::string_view bytes) {
  HttpRequestReader reader(kMaxBodyBytes);
  reader.Read(bytes);
  return reader.done() && reader.wants_websocket() ? reader.Handshake().status : 0;
}

int Refusal(std::string_view bytes) {
  HttpRequestReader reader(kMaxBodyBytes);
  reader.Read(bytes);
  EXPECT_FALSE(reader.done());
  return reader.refusal();
}

TEST(HttpExchange, ARequestMayComeByteByByte) {
  HttpRequestReader reader(kMaxBodyBytes);
  for (const char byte : std::string_view("PUT /a?b HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n")) {
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(reader.Read({&byte, 1}), 1u);
  }
  ASSERT_TRUE(reader.done());
  EXPECT_FALSE(reader.wants_websocket());
  const HttpRequest request = reader.request();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a?b");
  ASSERT_NE(request.Header("x"), nullptr);
  EXPECT_EQ(*request.Header("x"), "y");
}

TEST(HttpExchange, ABodyIsAsLongAsItWasSaidToBe) {
  HttpRequestReader reader(kMaxBodyBytes);
  reader.Read("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(reader.announces_body());
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(reader.Read("cdefg"), 3u);
  ASSERT_TRUE(reader.done());
  EXPECT_EQ(reader.request().body, "abcde");
}

TEST(HttpExchange, WhatFollowsTheRequestIsLeft) {
  HttpRequestReader reader(kMaxBodyBytes);
  EXPECT_EQ(reader.Read(std::string(kHandshake) + "\x82"), kHandshake.size());
}

TEST(HttpExchange, WhatCannotBeARequestIsRefused) {
  EXPECT_EQ(Refusal("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET / HTTP/1.1\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(Refusal("GET / HTTP/1.1\r\nb\x01"
                    "ad: x\r\nHost: h\r\n\r\n"),
            400);
  EXPECT_EQ(Refusal("GET / HTTP/1.1\r\n\r\n"), 400) << "without a host";
  EXPECT_EQ(Refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"), 413);
  EXPECT_EQ(Refusal("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'y')), 431);
}

TEST(HttpExchange, AHandshakeIsAnsweredWithWhatItsKeyAsksFor) {
  HttpRequestReader reader(kMaxBodyBytes);
  reader.Read(kHandshake);
  ASSERT_TRUE(reader.done());
  ASSERT_TRUE(reader.wants_websocket());
  const HttpResponse response = reader.Handshake();
  EXPECT_EQ(response.status, kSwitchingProtocols);
  const std::string bytes = ResponseBytes(response);
  EXPECT_EQ(bytes.find("HTTP/1.1 101 Switching Protocols\r\n"), 0u);
  for (const char* const line :
       {"\r\nConnection: Upgrade\r\n", "\r\nUpgrade: websocket\r\n", "\r\nServer: ypp-relay\r\n",
        "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"}) {
    EXPECT_NE(bytes.find(line), std::string::npos) << line << " in\n" << bytes;
  }
  EXPECT_EQ(bytes.substr(bytes.size() - 4), "\r\n\r\n");
}

TEST(HttpExchange, AHandshakeThatIsNotAsItMustBeIsRefused) {
  EXPECT_EQ(HandshakeStatus(kHandshake), kSwitchingProtocols);
  EXPECT_EQ(HandshakeStatus(Replaced(kHandshake, "GET", "PUT")), 400);
  EXPECT_EQ(HandshakeStatus(Replaced(kHandshake, "HTTP/1.1", "HTTP/1.0")), 400);
  EXPECT_EQ(HandshakeStatus(Replaced(kHandshake, "Sec-WebSocket-Key", "Key")), 400);
  EXPECT_EQ(HandshakeStatus(Replaced(kHandshake, "Version: 13", "Version: 8")), 426);
  EXPECT_EQ(HandshakeStatus(Replaced(kHandshake, "Sec-WebSocket-Version: 13\r\n", "")), 426);
  EXPECT_EQ(HandshakeStatus(Replaced(kHandshake, "Upgrade: websocket\r\n", "")), 0);
}

TEST(HttpExchange, AResponseSaysHowLongItsBodyIsAndThatTheConnectionEnds) {
  const std::string bytes = ResponseBytes({404, "none\n", {{"Content-Type", "text/plain"}}});
  EXPECT_EQ(bytes.find("HTTP/1.1 404 Not Found\r\n"), 0u);
  EXPECT_NE(bytes.find("\r\nContent-Length: 5\r\n"), std::string::npos);
  EXPECT_NE(bytes.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_NE(bytes.find("\r\nContent-Type: text/plain\r\n"), std::string::npos);
  EXPECT_EQ(bytes.substr(bytes.size() - 9), "\r\n\r\nnone\n");
}

}  // namespace
}  // namespace ypp::transport
