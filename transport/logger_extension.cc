#include "transport/logger_extension.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ypp {
namespace {

std::string Quoted(const std::string& name) {
  return absl::StrCat("\"", absl::CEscape(name), "\"");
}

// Notes what `describe` says of the payload, and goes on.
template <typename Payload, typename Describe>
Hook<Payload> Note(bool wanted, const LoggerOptions& options, Describe describe) {
  if (!wanted || !options.log) return nullptr;
  return [log = options.log, describe](Payload& payload, HookDone done) {
    log(describe(payload));
    done(absl::OkStatus());
  };
}

}  // namespace

Hooks LoggerExtension::hooks() {
  const LoggerOptions& options = options_;
  Hooks hooks;
  hooks.on_listen = Note<ListenPayload>(options.on_listen, options, [](const ListenPayload& p) {
    return absl::StrCat("listening on ", p.url);
  });
  // Not the query: it may hold a token.
  hooks.on_upgrade = Note<UpgradePayload>(options.on_upgrade, options, [](const UpgradePayload& p) {
    return absl::StrCat("upgrade to a WebSocket from ", p.request->remote_address);
  });
  hooks.on_request = Note<RequestPayload>(options.on_request, options, [](const RequestPayload& p) {
    return absl::StrCat("request ", p.request->method, " ",
                        absl::CEscape(std::string(p.request->path())));
  });
  hooks.on_connect = Note<ConnectPayload>(options.on_connect, options, [](const ConnectPayload& p) {
    return absl::StrCat("connection to ", Quoted(p.document), " wanted");
  });
  hooks.connected = Note<ConnectedPayload>(options.connected, options, [](const auto& p) {
    return absl::StrCat("connection to ", Quoted(p.document->name()), " open");
  });
  hooks.on_load_document = Note<LoadDocumentPayload>(
      options.on_load_document, options,
      [](const auto& p) { return absl::StrCat("document ", Quoted(p.document), " loaded"); });
  hooks.on_change = Note<ChangePayload>(options.on_change, options, [](const auto& p) {
    return absl::StrCat("document ", Quoted(p.document->name()), " changed, ", p.update.size(),
                        " bytes");
  });
  hooks.on_store_document =
      Note<StoreDocumentPayload>(options.on_store_document, options, [](const auto& p) {
        return absl::StrCat("document ", Quoted(p.document->name()), " to be stored, ",
                            p.state.size(), " bytes");
      });
  hooks.on_disconnect = Note<DisconnectPayload>(options.on_disconnect, options, [](const auto& p) {
    return absl::StrCat("connection to ", Quoted(p.document->name()), " closed");
  });
  hooks.after_unload_document = Note<AfterUnloadDocumentPayload>(
      options.after_unload_document, options,
      [](const auto& p) { return absl::StrCat("document ", Quoted(p.document), " unloaded"); });
  hooks.on_destroy = Note<DestroyPayload>(
      options.on_destroy, options, [](const DestroyPayload&) { return std::string("stopped"); });
  return hooks;
}

}  // namespace ypp
