// Tells another server by HTTP what happens, as Hocuspocus' extension-webhook does: the same
// payloads, the same signature.
//
//   POST {"event": "change", "payload": {"documentName": ..., "document": ..., "context": ...,
//         "requestHeaders": {...}, "requestParameters": {...}}}
//   X-Hocuspocus-Signature-256: sha256=<HMAC-SHA256 of the body with the secret, in hex>
//
//   change      after a pause of debounce_ms, at the latest after debounce_max_wait_ms
//   connect     the answer's JSON becomes context; anything but 2xx denies with "Forbidden"
//   create      a document was opened; the answer maps names of roots to ProseMirror JSON, which is
//               loaded into those that are empty
//   disconnect
#ifndef YPP_TRANSPORT_WEBHOOK_EXTENSION_H_
#define YPP_TRANSPORT_WEBHOOK_EXTENSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "crdt/doc.h"
#include "transport/hooks.h"
#include "transport/log.h"

namespace ypp {

struct WebhookOptions {
  std::string url;
  std::string secret;
  bool change = true;
  bool connect = false;
  bool create = false;
  bool disconnect = false;
  int64_t debounce_ms = 2'000;
  int64_t debounce_max_wait_ms = 10'000;
  int64_t timeout_ms = 5'000;
  // A document as it is sent. Empty: each root as the JSON of ProseMirror. May open roots: it gets
  // a copy.
  std::function<Any(Doc& doc)> transform;
  // For the failures of change and disconnect, which nobody else hears of.
  transport::LogSink log = transport::SilentLog();
  // Posts a body with headers; empty: over HTTP. For tests.
  using Answer = std::function<void(absl::StatusOr<HttpResponse> response)>;
  std::function<void(std::string body, std::string signature, Answer answer)> post;
};

class WebhookExtension : public Extension {
 public:
  // InvalidArgument for a URL that cannot be used.
  static absl::StatusOr<std::shared_ptr<WebhookExtension>> Create(WebhookOptions options);
  ~WebhookExtension() override;

  std::string_view name() const override { return "webhook"; }
  void Attach(const transport::Executor& executor) override;
  Hooks hooks() override;

 private:
  class Impl;
  explicit WebhookExtension(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

// "sha256=" and the HMAC-SHA256 of `body` in lower-case hex.
std::string WebhookSignature(std::string_view secret, std::string_view body);

}  // namespace ypp

#endif  // YPP_TRANSPORT_WEBHOOK_EXTENSION_H_
