#include "transport/admin_api.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "codec/json.h"
#include "codec/state_vector.h"
#include "transport/token_authenticator.h"

namespace ypp::transport {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kDocuments = "/api/documents";
constexpr std::string_view kQuarantine = "/api/quarantine";
constexpr uint64_t kDefaultListLimit = 100;
constexpr uint64_t kMaxListLimit = 10'000;

HttpResponse Respond(int status, std::string body, std::string_view content_type) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = {{"Content-Type", std::string(content_type)},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

HttpResponse Text(int status, std::string_view line) {
  return Respond(status, std::string(line) + "\n", "text/plain; charset=utf-8");
}

HttpResponse Json(const Any& value) {
  return Respond(200, codec::ToJson(value) + "\n", "application/json");
}

HttpResponse Error(int status, std::string_view what) {
  return Respond(status, codec::ToJson(Any::Object{{"error", what}}) + "\n", "application/json");
}

HttpResponse Error(const absl::Status& status) {
  const int code = absl::IsNotFound(status)                                      ? 404
                   : absl::IsInvalidArgument(status) || absl::IsDataLoss(status) ? 400
                                                                                 : 503;
  return Error(code, std::string(status.message()));
}

HttpResponse Update(std::string update) {
  return Respond(200, std::move(update), "application/octet-stream");
}

std::optional<uint64_t> ReadNumber(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A number of the query, or another one if it is not there. nullopt: it is no number.
std::optional<uint64_t> NumberParameter(const HttpRequest& request, std::string_view name,
                                        uint64_t otherwise) {
  const std::optional<std::string> text = request.Parameter(name);
  return text ? ReadNumber(*text) : otherwise;
}

// What the roots of the query hold, each asked for by its kind, as in ?text=notes&map=meta.
Any ShowRoots(Doc& doc, const HttpRequest& request) {
  Any::Object shown;
  for (const auto& [kind, root] : request.Parameters()) {
    if (kind == "text") {
      shown.emplace_back(root, doc.GetText(root).ToString());
    } else if (kind == "array") {
      shown.emplace_back(root, doc.GetArray(root).ToJson());
    } else if (kind == "map") {
      shown.emplace_back(root, doc.GetMap(root).ToJson());
    } else if (kind == "xml") {
      shown.emplace_back(root, doc.GetXmlFragment(root).ToString());
    }
  }
  return shown;
}

// Works on a copy: to ask for a root gives it its kind.
HttpResponse ShowState(const std::string& name, const std::vector<std::string>& updates,
                       const HttpRequest& request) {
  Doc copy;
  for (const std::string& update : updates) {
    if (absl::Status status = copy.ApplyUpdate(update); !status.ok()) return Error(status);
  }
  Any::Array roots;
  for (std::string& root : copy.RootNames()) roots.emplace_back(std::move(root));
  return Json(Any::Object{{"name", name},
                          {"roots", std::move(roots)},
                          {"waiting_bytes", uint64_t{copy.GetPending().size_bytes}},
                          {"state", ShowRoots(copy, request)}});
}

}  // namespace

// Compares hashes, which tell nothing about the token, and takes the same time for each.
bool AdminApi::MayAdminister(const HttpRequest& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string* const header = request.Header("authorization");
  if (parts_.admin_token.empty() || header == nullptr) return false;
  const std::string_view value = *header;
  if (value.substr(0, kBearer.size()) != kBearer) return false;
  const std::string given = Sha256Hex(value.substr(kBearer.size()));
  const std::string wanted = Sha256Hex(parts_.admin_token);
  return CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

bool AdminApi::Answer(const RequestPtr& request, const HttpRespond& respond) {
  const std::string_view path = request->path();
  const bool reads = request->method == "GET" || request->method == "HEAD";
  if (path == "/healthz" && reads) {
    respond(Text(200, "ok"));
  } else if (path == "/readyz" && reads) {
    const absl::Status ready = parts_.readiness();
    respond(Text(ready.ok() ? 200 : 503, ready.ok() ? "ready" : std::string(ready.message())));
  } else if (path == "/metrics" || path.substr(0, kApi.size()) == kApi) {
    if (parts_.admin_token.empty()) {
      respond(Error(404, "this relay was started without an admin token"));
    } else if (!MayAdminister(*request)) {
      parts_.metrics->Refuse("admin_token");
      HttpResponse response = Error(401, "an admin token is needed, as Authorization: Bearer");
      response.headers.emplace_back("WWW-Authenticate", "Bearer");
      respond(std::move(response));
    } else if (path == "/metrics") {
      respond(Respond(200, parts_.metrics->Text(), "text/plain; version=0.0.4; charset=utf-8"));
    } else {
      AnswerApi(request, respond);
    }
  } else {
    return false;
  }
  return true;
}

void AdminApi::AnswerApi(const RequestPtr& request, const HttpRespond& respond) {
  const std::string_view path = request->path();
  const std::string& method = request->method;
  if (path == "/api/stats" && method == "GET") {
    respond(Json(Any::Object{{"documents", uint64_t{parts_.hub->document_count()}},
                             {"sockets", parts_.metrics->connections.Value()},
                             {"connections", parts_.metrics->document_connections.Value()}}));
  } else if (path == "/api/close" && method == "POST") {
    CloseClients(request, nullptr, respond);
  } else if (path == "/api/flush" && method == "POST") {
    parts_.hub->Flush([respond] { respond(Respond(204, "", "text/plain")); });
  } else if (path.substr(0, kQuarantine.size()) == kQuarantine && parts_.quarantine != nullptr) {
    AnswerQuarantine(*request, path.substr(kQuarantine.size()), respond);
  } else if (path == kDocuments && method == "GET") {
    ListDocuments(request, respond);
  } else if (path.substr(0, kDocuments.size()) == kDocuments && path.size() > kDocuments.size() &&
             path[kDocuments.size()] == '/') {
    // A slash in a document's name is written %2F.
    const std::string_view rest = path.substr(kDocuments.size() + 1);
    const size_t slash = rest.find('/');
    const std::optional<std::string> name = DecodePercents(rest.substr(0, slash));
    if (!name || name->empty()) return respond(Error(400, "bad document name"));
    AnswerDocument(request, *name,
                   slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1),
                   respond);
  } else {
    respond(Error(404, "no such page"));
  }
}

void AdminApi::AnswerDocument(const RequestPtr& request, std::string name, std::string_view action,
                              const HttpRespond& respond) {
  const std::string& method = request->method;
  if (action.empty() && method == "GET") {
    ShowDocument(request, name, respond);
  } else if (action.empty() && method == "DELETE") {
    DeleteDocument(name, respond);
  } else if (action == "update" && method == "GET") {
    SendUpdate(request, name, respond);
  } else if (action == "update" && method == "POST") {
    TakeUpdate(request, name, respond);
  } else if (action == "history" && method == "GET") {
    ShowHistory(request, name, respond);
  } else if (action == "close" && method == "POST") {
    CloseClients(request, &name, respond);
  } else {
    respond(Error(action.empty() || action == "update" || action == "history" || action == "close"
                      ? 405
                      : 404,
                  "no such page or method"));
  }
}

// `rest` of the path: nothing, or a slash and the id.
void AdminApi::AnswerQuarantine(const HttpRequest& request, std::string_view rest,
                                const HttpRespond& respond) {
  if (rest.empty() && request.method == "GET") {
    Any::Array updates;
    for (const auto& [id, about] : parts_.quarantine->entries()) {
      updates.push_back(Any::Object{{"id", id},
                                    {"document", about.document},
                                    {"client", about.client},
                                    {"user", about.user},
                                    {"address", about.address},
                                    {"time_ms", about.time_ms},
                                    {"bytes", uint64_t{about.size_bytes}}});
    }
    return respond(Json(Any::Object{{"updates", std::move(updates)}}));
  }
  const std::optional<uint64_t> id =
      rest.size() > 1 && rest[0] == '/' ? ReadNumber(std::string(rest.substr(1))) : std::nullopt;
  if (!id) return respond(Error(404, "no such page"));
  if (request.method == "GET") {
    absl::StatusOr<std::string> update = parts_.quarantine->Read(*id);
    respond(update.ok() ? Update(*std::move(update)) : Error(update.status()));
  } else if (request.method == "DELETE") {
    const absl::Status status = parts_.quarantine->Remove(*id);
    respond(status.ok() ? Respond(204, "", "text/plain") : Error(status));
  } else {
    respond(Error(405, "no such page or method"));
  }
}

// Opens the document as a direct connection does, for as long as the result of `use` is held.
void AdminApi::WithDocument(
    const std::string& name, const HttpRespond& respond,
    std::function<void(const HostedDocumentPtr&, std::shared_ptr<void>)> use) {
  struct Visitor : HubMember {
    ~Visitor() override {
      if (id != 0) hub->Leave(id);
    }
    void Send(MemberId, const MessagePtr&) override {}
    void OnRemoved(MemberId) override {}
    DocumentHub* hub = nullptr;
    MemberId id = 0;
  };
  auto visitor = std::make_shared<Visitor>();
  visitor->hub = parts_.hub;
  JoinRequest request;
  request.document = name;
  request.address = name;
  request.direct = true;
  request.member = visitor;
  request.done = [visitor, respond, use = std::move(use)](const absl::StatusOr<MemberId>& id) {
    if (!id.ok()) return respond(Error(503, "the document cannot be loaded"));
    visitor->id = *id;
    const HostedDocumentPtr document = visitor->hub->DocumentOf(*id);
    use(document, visitor);
  };
  parts_.hub->Join(std::move(request));
}

void AdminApi::ListDocuments(const RequestPtr& request, const HttpRespond& respond) {
  const std::optional<uint64_t> limit = NumberParameter(*request, "limit", kDefaultListLimit);
  if (!limit || *limit == 0) return respond(Error(400, "limit must be a number from 1 on"));
  const std::string after = request->Parameter("after").value_or("");
  parts_.store->List(
      after, std::min(*limit, kMaxListLimit),
      [respond, hub = parts_.hub](const absl::StatusOr<std::vector<std::string>>& names) {
        if (!names.ok()) return respond(Error(names.status()));
        Any::Array documents;
        for (const std::string& name : *names) {
          const HostedDocumentPtr open = hub->FindOpen(name);
          documents.push_back(Any::Object{
              {"name", name}, {"connections", uint64_t{open ? open->connection_count() : 0}}});
        }
        respond(Json(Any::Object{{"documents", std::move(documents)}}));
      });
}

void AdminApi::ShowDocument(const RequestPtr& request, const std::string& name,
                            const HttpRespond& respond) {
  if (request->Parameter("at") || request->Parameter("position")) {
    return ShowHistoricState(request, name, respond, false);
  }
  WithDocument(name, respond,
               [request, name, respond](const HostedDocumentPtr& document, std::shared_ptr<void>) {
                 respond(ShowState(name, {document->doc().EncodeUpdate()}, *request));
               });
}

void AdminApi::SendUpdate(const RequestPtr& request, const std::string& name,
                          const HttpRespond& respond) {
  if (request->Parameter("at") || request->Parameter("position")) {
    return ShowHistoricState(request, name, respond, true);
  }
  StateVector since;
  if (const std::optional<std::string> text = request->Parameter("since")) {
    std::string bytes;
    if (!absl::WebSafeBase64Unescape(*text, &bytes) && !absl::Base64Unescape(*text, &bytes)) {
      return respond(Error(400, "since must be a state vector in Base64"));
    }
    absl::StatusOr<StateVector> decoded = StateVector::Decode(codec::AsBytes(bytes));
    if (!decoded.ok()) return respond(Error(400, "since must be a state vector in Base64"));
    since = *std::move(decoded);
  }
  WithDocument(name, respond,
               [respond, since](const HostedDocumentPtr& document, std::shared_ptr<void>) {
                 respond(Update(document->doc().EncodeUpdate(since)));
               });
}

void AdminApi::TakeUpdate(const RequestPtr& request, const std::string& name,
                          const HttpRespond& respond) {
  WithDocument(name, respond,
               [request, respond](const HostedDocumentPtr& document, std::shared_ptr<void> visit) {
                 const absl::Status status = document->ImportUpdate(request->body);
                 if (!status.ok()) return respond(Error(400, std::string(status.message())));
                 document->WhenDurable([respond, visit](const absl::Status& durable) {
                   respond(durable.ok() ? Respond(204, "", "text/plain") : Error(durable));
                 });
               });
}

void AdminApi::ShowHistory(const RequestPtr&, const std::string& name, const HttpRespond& respond) {
  parts_.store->History(name, [respond](const absl::StatusOr<std::vector<HistoryEntry>>& entries) {
    if (!entries.ok()) return respond(Error(entries.status()));
    Any::Array shown;
    for (const HistoryEntry& entry : *entries) {
      shown.push_back(Any::Object{{"position", entry.position},
                                  {"time_ms", entry.time_ms},
                                  {"user", entry.origin},
                                  {"bytes", uint64_t{entry.size_bytes}}});
    }
    respond(Json(Any::Object{{"updates", std::move(shown)}}));
  });
}

// As the document was after the update at ?position=, or at the time ?at= in ms since 1970.
void AdminApi::ShowHistoricState(const RequestPtr& request, const std::string& name,
                                 const HttpRespond& respond, bool as_update) {
  const std::optional<uint64_t> at = NumberParameter(*request, "at", UINT64_MAX);
  const std::optional<uint64_t> position = NumberParameter(*request, "position", UINT64_MAX);
  if (!at || !position) return respond(Error(400, "at and position must be numbers"));
  const auto show = [request, name, respond,
                     as_update](const absl::StatusOr<StoredDocument>& loaded) {
    if (!loaded.ok()) return respond(Error(loaded.status()));
    if (!as_update) return respond(ShowState(name, loaded->updates, *request));
    Doc copy(DocOptions{});
    for (const std::string& update : loaded->updates) {
      if (absl::Status status = copy.ApplyUpdate(update); !status.ok()) {
        return respond(Error(status));
      }
    }
    respond(Update(copy.EncodeUpdate()));
  };
  parts_.store->History(
      name, [store = parts_.store, name, respond, show, at = *at,
             position = *position](const absl::StatusOr<std::vector<HistoryEntry>>& entries) {
        if (!entries.ok()) return respond(Error(entries.status()));
        StorePosition through = 0;
        for (const HistoryEntry& entry : *entries) {
          const bool early = at == UINT64_MAX || entry.time_ms <= static_cast<int64_t>(at);
          if (early && entry.position <= position) through = entry.position;
        }
        if (through == 0) return respond(Error(404, "the history does not go back so far"));
        store->LoadThrough(name, through, show);
      });
}

void AdminApi::DeleteDocument(const std::string& name, const HttpRespond& respond) {
  parts_.hub->Delete(name, "Document Deleted", [respond](const absl::Status& status) {
    respond(status.ok() ? Respond(204, "", "text/plain") : Error(status));
  });
}

void AdminApi::CloseClients(const RequestPtr& request, const std::string* name,
                            const HttpRespond& respond) {
  const std::string reason = request->Parameter("reason").value_or("Reset Connection");
  for (const HostedDocumentPtr& document : parts_.hub->open_documents()) {
    if (name == nullptr || document->name() == *name) document->CloseClients(reason);
  }
  respond(Respond(204, "", "text/plain"));
}

}  // namespace ypp::transport
