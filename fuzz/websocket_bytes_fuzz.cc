// Any bytes as what a connection begins with: a request, and frames after it. However they are cut
// into pieces, the same comes out of them; what comes out is within the limits.
//
// The first byte chooses whether they begin with a request or with frames, the second the pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/check.h"
#include "transport/http_exchange.h"
#include "transport/websocket_frames.h"

namespace {

using ypp::transport::HttpRequestReader;
using ypp::transport::WebSocketEvent;
using ypp::transport::WebSocketFrameReader;
using Kind = WebSocketEvent::Kind;

constexpr size_t kMaxBodyBytes = 64;
constexpr size_t kMaxMessageBytes = 1'024;
constexpr size_t kMaxControlBytes = 125;

class Connection {
 public:
  explicit Connection(bool begins_with_request) : in_request_(begins_with_request) {
    frames_.SetMaxMessageBytes(kMaxMessageBytes);
  }

  void Read(std::string bytes) {
    absl::Span<char> rest = absl::MakeSpan(bytes);
    if (in_request_) ReadRequest(&rest);
    while (!in_request_ && !broken_ && !rest.empty()) {
      const WebSocketEvent event = frames_.Next(&rest);
      Check(event);
      if (event.kind == Kind::kNone) continue;
      broken_ = event.kind == Kind::kBroken;
      happened_.push_back(std::to_string(static_cast<int>(event.kind)) + " " +
                          std::to_string(event.code) + " " + event.payload);
    }
  }
  const std::vector<std::string>& happened() const { return happened_; }

 private:
  void ReadRequest(absl::Span<char>* rest) {
    if (request_.refusal() != 0) return rest->remove_prefix(rest->size());
    const size_t taken = request_.Read({rest->data(), rest->size()});
    YPP_CHECK(taken <= rest->size());
    rest->remove_prefix(taken);
    if (request_.refusal() != 0) {
      YPP_CHECK(request_.refusal() >= 400 && request_.refusal() < 600);
      happened_.push_back("refused");
    } else if (request_.done()) {
      YPP_CHECK(request_.request().body.size() <= kMaxBodyBytes);
      happened_.push_back(request_.request().target);
      if (request_.wants_websocket())
        happened_.push_back(ypp::transport::ResponseBytes(request_.Handshake()));
      in_request_ = false;
    } else {
      YPP_CHECK(rest->empty());
    }
  }

  static void Check(const WebSocketEvent& event) {
    const bool is_message = event.kind == Kind::kMessage;
    YPP_CHECK(event.payload.size() <= (is_message ? kMaxMessageBytes : kMaxControlBytes));
    if (event.kind != Kind::kClose && event.kind != Kind::kBroken) return;
    YPP_CHECK(!ypp::transport::CloseFrame(event.code, event.payload).empty());
    YPP_CHECK(event.code >= 1000 && event.code < 5000);
  }

  HttpRequestReader request_{kMaxBodyBytes};
  WebSocketFrameReader frames_;
  std::vector<std::string> happened_;
  bool in_request_;
  bool broken_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const bool begins_with_request = (data[0] & 1) != 0;
  const size_t piece_bytes = 1 + data[1];
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  Connection whole(begins_with_request);
  whole.Read(bytes);
  Connection in_pieces(begins_with_request);
  for (size_t i = 0; i < bytes.size(); i += piece_bytes) {
    in_pieces.Read(bytes.substr(i, piece_bytes));
  }
  YPP_CHECK(whole.happened() == in_pieces.happened());
  return 0;
}
