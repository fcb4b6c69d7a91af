#include "transport/webhook_extension.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "codec/json.h"
#include "transport/http_client.h"
#include "transport/prosemirror_json.h"

namespace ypp {
namespace {

using transport::LogLevel;

Any::Object RequestFields(const ClientInfo* client) {
  Any::Object headers;
  Any::Object parameters;
  if (client != nullptr && client->request != nullptr) {
    for (const auto& [name, value] : client->request->headers) headers.emplace_back(name, value);
    for (const auto& [name, value] : client->request->Parameters()) {
      parameters.emplace_back(name, value);
    }
  }
  return {{"requestHeaders", std::move(headers)}, {"requestParameters", std::move(parameters)}};
}

Any ContextFields(const ContextPtr& context) {
  return context == nullptr ? Any(Any::Object()) : Any(context->fields());
}

Any AllRootsAsProsemirror(Doc& doc) {
  Any::Object roots;
  for (const std::string& name : doc.RootNames()) {
    const XmlFragment fragment = doc.GetXmlFragment(name);
    if (fragment.valid()) roots.emplace_back(name, transport::ProsemirrorJson(fragment));
  }
  return roots;
}

}  // namespace

std::string WebhookSignature(std::string_view secret, std::string_view body) {
  constexpr char kDigits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  std::string signature = "sha256=";
  for (unsigned int i = 0; i < size; ++i) {
    signature.push_back(kDigits[digest[i] >> 4]);
    signature.push_back(kDigits[digest[i] & 15]);
  }
  return signature;
}

// Everything on the relay's thread.
class WebhookExtension::Impl : public std::enable_shared_from_this<WebhookExtension::Impl> {
 public:
  explicit Impl(WebhookOptions options) : options_(std::move(options)) {
    if (!options_.transform) options_.transform = AllRootsAsProsemirror;
    if (!options_.post) UseHttp();
  }

  void Attach(const transport::Executor& executor) { executor_ = executor; }
  const WebhookOptions& options() const { return options_; }

  void OnConnect(ConnectPayload& payload, HookDone done);
  void OnLoad(LoadDocumentPayload& payload, HookDone done);
  void OnChange(ChangePayload& payload);
  void OnDisconnect(const DisconnectPayload& payload);
  void OnDestroy(HookDone done);

 private:
  struct Pending {
    RelayDocumentPtr document;
    ChangeOrigin origin;
    int64_t first_ms = 0;
    uint64_t timer = 0;
  };

  void UseHttp();
  void Send(const char* event, Any::Object payload, WebhookOptions::Answer answer);
  // For events whose answer changes nothing.
  void Tell(const char* event, Any::Object payload);
  void SendChange(const std::string& document);
  void FinishDestroy();

  WebhookOptions options_;
  std::unique_ptr<transport::HttpClient> client_;
  transport::Executor executor_;
  std::map<std::string, Pending> pending_;  // changes, by document
  uint64_t last_timer_ = 0;
  size_t under_way_ = 0;
  HookDone destroyed_;
};

void WebhookExtension::Impl::UseHttp() {
  client_ = std::make_unique<transport::HttpClient>();
  options_.post = [this](std::string body, std::string signature, WebhookOptions::Answer answer) {
    transport::HttpCall call;
    call.url = options_.url;
    call.timeout_ms = options_.timeout_ms;
    call.headers = {{"Content-Type", "application/json"},
                    {"X-Hocuspocus-Signature-256", std::move(signature)}};
    call.body = std::move(body);
    client_->Fetch(std::move(call), std::move(answer));
  };
}

void WebhookExtension::Impl::Send(const char* event, Any::Object payload,
                                  WebhookOptions::Answer answer) {
  std::string body = codec::ToJson(Any::Object{{"event", event}, {"payload", std::move(payload)}});
  std::string signature = WebhookSignature(options_.secret, body);
  ++under_way_;
  // The answer comes on another thread.
  options_.post(std::move(body), std::move(signature),
                [weak = weak_from_this(), post = executor_.post,
                 answer = std::move(answer)](absl::StatusOr<HttpResponse> response) {
                  post([weak, answer, response = std::move(response)] {
                    answer(response);
                    const auto self = weak.lock();
                    if (self == nullptr) return;
                    --self->under_way_;
                    self->FinishDestroy();
                  });
                });
}

void WebhookExtension::Impl::Tell(const char* event, Any::Object payload) {
  Send(event, std::move(payload),
       [event, log = options_.log](const absl::StatusOr<HttpResponse>& response) {
         if (!response.ok()) {
           log(LogLevel::kError,
               absl::StrCat("webhook ", event, ": ", response.status().message()));
         } else if (response->status < 200 || response->status >= 300) {
           log(LogLevel::kError,
               absl::StrCat("webhook ", event, ": answered with ", response->status));
         }
       });
}

void WebhookExtension::Impl::OnConnect(ConnectPayload& payload, HookDone done) {
  Any::Object fields = RequestFields(&payload.client);
  fields.emplace_back("documentName", payload.document);
  Send("connect", std::move(fields),
       [context = payload.context, done = std::move(done),
        log = options_.log](const absl::StatusOr<HttpResponse>& response) {
         if (!response.ok() || response->status < 200 || response->status >= 300) {
           const std::string why = response.ok() ? absl::StrCat("answered with ", response->status)
                                                 : std::string(response.status().message());
           log(LogLevel::kInfo, absl::StrCat("webhook connect: ", why));
           return done(absl::PermissionDeniedError("Forbidden"));
         }
         const absl::StatusOr<Any> json = codec::ParseJson(response->body);
         if (json.ok() && json->if_object() != nullptr) {
           for (const auto& [name, value] : *json->if_object()) context->Set(name, value);
         }
         done(absl::OkStatus());
       });
}

void WebhookExtension::Impl::OnLoad(LoadDocumentPayload& payload, HookDone done) {
  Any::Object fields = RequestFields(nullptr);
  fields.emplace_back("documentName", payload.document);
  Send("create", std::move(fields),
       [&payload, done = std::move(done)](const absl::StatusOr<HttpResponse>& response) {
         if (!response.ok()) return done(response.status());
         const absl::StatusOr<Any> json = codec::ParseJson(response->body);
         if (response->status != 200 || !json.ok() || json->if_object() == nullptr) {
           return done(absl::OkStatus());  // nothing to begin with
         }
         Doc copy;
         absl::Status status = copy.ApplyUpdate(payload.doc.EncodeUpdate());
         const StateVector before = copy.GetStateVector();
         for (const auto& [root, content] : *json->if_object()) {
           XmlFragment fragment = copy.GetXmlFragment(root);
           if (!status.ok() || !fragment.valid() || fragment.length() > 0) continue;
           status = transport::InsertProsemirrorJson(content, fragment);
         }
         if (status.ok()) payload.updates.push_back(copy.EncodeUpdate(before));
         done(status);
       });
}

void WebhookExtension::Impl::OnChange(ChangePayload& payload) {
  const int64_t now_ms = executor_.now_ms();
  const std::string& name = payload.document->name();
  Pending& pending = pending_[name];
  if (pending.document == nullptr) pending.first_ms = now_ms;
  pending.document = payload.document;
  pending.origin = payload.origin;
  pending.timer = ++last_timer_;
  const int64_t at_ms =
      std::min(now_ms + options_.debounce_ms, pending.first_ms + options_.debounce_max_wait_ms);
  executor_.after(std::max<int64_t>(at_ms - now_ms, 0),
                  [weak = weak_from_this(), name, timer = pending.timer] {
                    const auto self = weak.lock();
                    if (self == nullptr) return;
                    const auto it = self->pending_.find(name);
                    if (it != self->pending_.end() && it->second.timer == timer) {
                      self->SendChange(name);
                    }
                  });
}

void WebhookExtension::Impl::SendChange(const std::string& document) {
  const Pending pending = std::move(pending_[document]);
  pending_.erase(document);
  const RelayConnectionPtr& connection = pending.origin.connection;
  Any::Object fields = RequestFields(connection != nullptr ? &connection->client() : nullptr);
  Doc copy;
  if (!copy.ApplyUpdate(pending.document->doc().EncodeUpdate()).ok()) return;
  fields.emplace_back("document", options_.transform(copy));
  fields.emplace_back("documentName", document);
  fields.emplace_back("context", ContextFields(pending.origin.context));
  Tell("change", std::move(fields));
}

void WebhookExtension::Impl::OnDisconnect(const DisconnectPayload& payload) {
  Any::Object fields = RequestFields(&payload.client);
  fields.emplace_back("documentName", payload.document->name());
  fields.emplace_back("context", ContextFields(payload.context));
  Tell("disconnect", std::move(fields));
}

// What is pending goes out, and all answers are waited for.
void WebhookExtension::Impl::OnDestroy(HookDone done) {
  destroyed_ = std::move(done);
  while (!pending_.empty()) SendChange(std::string(pending_.begin()->first));
  FinishDestroy();
}

void WebhookExtension::Impl::FinishDestroy() {
  if (destroyed_ && under_way_ == 0) std::exchange(destroyed_, nullptr)(absl::OkStatus());
}

absl::StatusOr<std::shared_ptr<WebhookExtension>> WebhookExtension::Create(WebhookOptions options) {
  if (!options.post) {
    if (const auto url = transport::ParseHttpUrl(options.url); !url.ok()) return url.status();
  }
  return std::shared_ptr<WebhookExtension>(
      new WebhookExtension(std::make_shared<Impl>(std::move(options))));
}

WebhookExtension::WebhookExtension(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebhookExtension::~WebhookExtension() = default;

void WebhookExtension::Attach(const transport::Executor& executor) { impl_->Attach(executor); }

Hooks WebhookExtension::hooks() {
  Hooks hooks;
  const WebhookOptions& options = impl_->options();
  if (options.connect) {
    hooks.on_connect = [impl = impl_](ConnectPayload& payload, HookDone done) {
      impl->OnConnect(payload, std::move(done));
    };
  }
  if (options.create) {
    hooks.on_load_document = [impl = impl_](LoadDocumentPayload& payload, HookDone done) {
      impl->OnLoad(payload, std::move(done));
    };
  }
  if (options.change) {
    hooks.on_change = [impl = impl_](ChangePayload& payload, HookDone done) {
      impl->OnChange(payload);
      done(absl::OkStatus());
    };
  }
  if (options.disconnect) {
    hooks.on_disconnect = [impl = impl_](DisconnectPayload& payload, HookDone done) {
      impl->OnDisconnect(payload);
      done(absl::OkStatus());
    };
  }
  hooks.on_destroy = [impl = impl_](DestroyPayload&, HookDone done) {
    impl->OnDestroy(std::move(done));
  };
  return hooks;
}

}  // namespace ypp
