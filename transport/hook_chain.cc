#include "transport/hook_chain.h"

#include <algorithm>

namespace ypp {

namespace {

constexpr char kSkipUrl[] = "ypp/skip-further-hooks";

}  // namespace

absl::Status SkipFurtherHooks() {
  absl::Status status = absl::CancelledError("skip further hooks");
  status.SetPayload(kSkipUrl, absl::Cord());
  return status;
}

bool IsSkipFurtherHooks(const absl::Status& status) {
  return status.GetPayload(kSkipUrl).has_value();
}

const Any* Context::Find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return &value;
  }
  return nullptr;
}

void Context::Set(std::string_view name, Any value) {
  for (auto& [key, known] : fields_) {
    if (key == name) {
      known = std::move(value);
      return;
    }
  }
  fields_.emplace_back(std::string(name), std::move(value));
}

namespace transport {

void HookAnswer::Give(absl::Status status) {
  if (given_.exchange(true)) return;
  if (executor_.here()) {
    std::exchange(then_, nullptr)(std::move(status));
  } else {
    executor_.post(
        [then = std::exchange(then_, nullptr), status = std::move(status)] { then(status); });
  }
}

void HookChains::Add(const Hooks& hooks) {
  on_configure.Add(hooks.on_configure);
  on_listen.Add(hooks.on_listen);
  on_upgrade.Add(hooks.on_upgrade);
  on_request.Add(hooks.on_request);
  on_connect.Add(hooks.on_connect);
  on_authenticate.Add(hooks.on_authenticate);
  on_token_sync.Add(hooks.on_token_sync);
  connected.Add(hooks.connected);
  on_create_document.Add(hooks.on_create_document);
  on_load_document.Add(hooks.on_load_document);
  after_load_document.Add(hooks.after_load_document);
  before_handle_message.Add(hooks.before_handle_message);
  after_handle_message.Add(hooks.after_handle_message);
  before_handle_awareness.Add(hooks.before_handle_awareness);
  before_sync.Add(hooks.before_sync);
  on_change.Add(hooks.on_change);
  on_store_document.Add(hooks.on_store_document);
  after_store_document.Add(hooks.after_store_document);
  on_awareness_update.Add(hooks.on_awareness_update);
  on_stateless.Add(hooks.on_stateless);
  before_broadcast_stateless.Add(hooks.before_broadcast_stateless);
  on_disconnect.Add(hooks.on_disconnect);
  before_unload_document.Add(hooks.before_unload_document);
  after_unload_document.Add(hooks.after_unload_document);
  on_destroy.Add(hooks.on_destroy);
}

void HookChains::Add(std::vector<std::shared_ptr<Extension>> added, const Hooks& last) {
  std::stable_sort(added.begin(), added.end(),
                   [](const auto& a, const auto& b) { return a->priority() > b->priority(); });
  for (const auto& extension : added) {
    extension->Attach(executor);
    Add(extension->hooks());
  }
  Add(last);
  extensions.insert(extensions.end(), added.begin(), added.end());
}

}  // namespace transport
}  // namespace ypp
