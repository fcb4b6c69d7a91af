// A program's own storage: two callbacks, as Hocuspocus' extension-database has them.
//
//   ypp::DatabaseOptions database;
//   database.fetch = [](std::string document, auto done) { done(ReadFromSomewhere(document)); };
//   database.store = [](std::string document, std::string state, auto done) { ... };
//   options.extensions.push_back(std::make_shared<ypp::DatabaseExtension>(std::move(database)));
//
// Both get or give the whole document as one V1 update. They run on the relay's thread and may
// answer later, from any thread. With RelayOptions::database beside it, updates are on disk before
// they are acknowledged; without, what was acknowledged since the last store lives in memory only.
#ifndef YPP_TRANSPORT_DATABASE_EXTENSION_H_
#define YPP_TRANSPORT_DATABASE_EXTENSION_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/hooks.h"

namespace ypp {

struct DatabaseOptions {
  // nullopt: there is no such document. An error refuses the document and stores nothing over it.
  using FetchDone = std::function<void(absl::StatusOr<std::optional<std::string>> state)>;
  std::function<void(std::string document, FetchDone done)> fetch;
  using StoreDone = std::function<void(absl::Status status)>;
  std::function<void(std::string document, std::string state, StoreDone done)> store;
};

class DatabaseExtension : public Extension {
 public:
  explicit DatabaseExtension(DatabaseOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "database"; }
  Hooks hooks() override {
    Hooks hooks;
    if (options_.fetch) {
      hooks.on_load_document = [this](LoadDocumentPayload& payload, HookDone done) {
        options_.fetch(payload.document,
                       [&payload, done](absl::StatusOr<std::optional<std::string>> state) {
                         if (!state.ok()) return done(state.status());
                         if (*state) payload.updates.push_back(**std::move(state));
                         done(absl::OkStatus());
                       });
      };
    }
    if (options_.store) {
      hooks.on_store_document = [this](StoreDocumentPayload& payload, HookDone done) {
        options_.store(payload.document->name(), payload.state, done);
      };
    }
    return hooks;
  }

 private:
  DatabaseOptions options_;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_DATABASE_EXTENSION_H_
