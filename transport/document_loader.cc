#include "transport/document_loader.h"

#include <utility>

namespace ypp::transport {

template <typename Result, typename Function>
std::function<void(Result)> DocumentLoader::Step(Function function) {
  return [weak = weak_from_this(), function = std::move(function)](Result result) {
    if (const auto self = weak.lock()) function(*self, std::move(result));
  };
}

void DocumentLoader::Start() {
  auto payload = std::make_shared<CreateDocumentPayload>();
  payload->document = name_;
  payload->context = context_();
  payload->options = host_->options().room.doc;
  const auto created = [payload](DocumentLoader& self, const absl::Status& status) {
    if (!status.ok() && !IsSkipFurtherHooks(status)) return self.done_(status);
    self.ReadStore(std::move(payload->options));
  };
  host_->hooks().on_create_document.Run(host_->executor(), payload, Step<absl::Status>(created));
}

void DocumentLoader::ReadStore(DocOptions options) {
  const auto read = [options](DocumentLoader& self, absl::StatusOr<StoredDocument> stored) {
    self.OnRead(std::move(stored), options);
  };
  host_->store().Load(name_, Step<absl::StatusOr<StoredDocument>>(read));
}

void DocumentLoader::OnRead(absl::StatusOr<StoredDocument> stored, DocOptions options) {
  absl::Status status = stored.status();
  if (status.ok()) {
    RoomOptions room_options = host_->options().room;
    room_options.doc = std::move(options);
    loaded_.room = std::make_unique<Room>(name_, std::move(room_options));
    status = loaded_.room->Load(stored->updates);
  }
  if (!status.ok()) {
    host_->metrics().store_failures.Increment();
    return done_(status);
  }
  loaded_.stored = *std::move(stored);
  loaded_.stored.updates.clear();
  AskHooks();
}

void DocumentLoader::AskHooks() {
  const HookChains& hooks = host_->hooks();
  if (hooks.on_load_document.empty()) return Import({});
  auto payload = std::make_shared<LoadDocumentPayload>(
      LoadDocumentPayload{name_, context_(), loaded_.room->doc(), {}});
  const auto loaded = [payload](DocumentLoader& self, const absl::Status& status) {
    if (!status.ok() && !IsSkipFurtherHooks(status)) return self.done_(status);
    self.Import(payload->updates);
  };
  hooks.on_load_document.Run(hooks.executor, payload, Step<absl::Status>(loaded));
}

void DocumentLoader::Import(const std::vector<std::string>& updates) {
  for (const std::string& update : updates) {
    absl::StatusOr<RoomOutput> imported = loaded_.room->Import(update);
    if (!imported.ok()) return done_(imported.status());
    for (std::string& append : imported->appends) loaded_.to_store.push_back(std::move(append));
  }
  done_(std::move(loaded_));
}

}  // namespace ypp::transport
