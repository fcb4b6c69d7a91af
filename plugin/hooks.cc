#include "plugin/hooks.h"

#include <future>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "plugin/schema_keys.h"

namespace ypp::plugin {

Hooks::Hooks(SessionDocument& document, HookOptions options)
    : document_(document),
      options_(std::move(options)),
      reader_(options_.session_id, options_.author, PersonalPaths(options_.worktree, options_.home),
              options_.now_ms) {}

size_t Hooks::Add(std::string_view hook, std::string_view input, std::string_view output,
                  std::function<void(const absl::Status&)> done) {
  std::function<absl::Status()> edit;
  if (hook == "dispose") {
    edit = [this] { return RecordEnd(); };
  } else {
    absl::StatusOr<HookEdit> read = reader_.Read(hook, input, output);
    if (!read.ok() || *read == nullptr) {
      done(read.status());
      return 0;
    }
    edit = [this, read = *std::move(read)] { return Record(read); };
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_.push_back({std::move(edit), std::move(done), absl::OkStatus()});
  return waiting_bytes_ += input.size() + output.size() + 1;
}

void Hooks::CarryOut() {
  auto batch = std::make_shared<std::vector<Waiting>>();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    batch->swap(waiting_);
    waiting_bytes_ = 0;
  }
  if (batch->empty()) return;
  {
    Transaction transaction(document_.doc(), kSessionOrigin);
    for (Waiting& hook : *batch) hook.status = hook.edit();
  }
  WhenWritten([batch] {
    for (const Waiting& hook : *batch) hook.done(hook.status);
  });
}

void Hooks::WhenWritten(std::function<void()> tell) {
  options_.when_written ? options_.when_written(std::move(tell)) : tell();
}

absl::Status Hooks::Call(std::string_view hook, std::string_view input, std::string_view output) {
  // Shared, as it is still being set when the wait is over.
  const auto answer = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> answered = answer->get_future();
  const size_t waiting_bytes =
      Add(hook, input, output, [answer](const absl::Status& status) { answer->set_value(status); });
  if (waiting_bytes > 0) options_.run([this] { CarryOut(); });
  return answered.get();
}

void Hooks::CallThen(std::string_view hook, std::string_view input, std::string_view output,
                     std::function<void(const absl::Status&)> done) {
  const size_t waiting_bytes = Add(hook, input, output, std::move(done));
  if (waiting_bytes == 0) return;
  if (!options_.post || waiting_bytes > kMaxWaitingHookBytes) {
    options_.run([this] { CarryOut(); });
  } else {
    options_.post([this] { CarryOut(); });
  }
}

void Hooks::AddHistory(std::string_view messages,
                       std::function<void(const absl::StatusOr<HistoryAdded>&)> done) {
  absl::StatusOr<History> read = reader_.ReadHistory(messages);
  if (!read.ok()) return done(read.status());
  const auto put = [this, history = *std::move(read), done = std::move(done)] {
    PutHistory(history, done);
  };
  options_.post ? options_.post(put) : options_.run(put);
}

void Hooks::PutHistory(const History& history,
                       std::function<void(const absl::StatusOr<HistoryAdded>&)> done) {
  absl::StatusOr<HistoryAdded> added;
  {
    Transaction transaction(document_.doc(), kHistoryOrigin);
    const absl::Status recorded = Record([&](SessionDocument& document) {
      added = plugin::AddHistory(document, history);
      return added.status();
    });
    if (!recorded.ok()) added = recorded;
  }
  WhenWritten([done = std::move(done), added = std::move(added)] { done(added); });
}

absl::Status Hooks::Record(const HookEdit& edit) {
  absl::Status status;
  if (!announced_) {
    announced_ = true;
    status = document_.Initialize(options_.session_id);
    if (status.ok()) status = RecordHost("attached");
  }
  return status.ok() ? edit(document_) : status;
}

absl::Status Hooks::RecordEnd() {
  // A host that never came does not leave.
  return std::exchange(announced_, false) ? RecordHost("left") : absl::OkStatus();
}

absl::Status Hooks::RecordHost(std::string_view state) {
  absl::Status status = document_.SetMetadata(key::kHost, options_.author.name);
  if (status.ok()) status = document_.SetMetadata(key::kHostState, state);
  if (status.ok()) status = document_.SetMetadata(key::kHostStateAt, options_.now_ms());
  return status;
}

absl::Status Hooks::Announce() {
  absl::Status status;
  options_.run([&] {
    Transaction transaction(document_.doc(), kSessionOrigin);
    status = Record([](SessionDocument&) { return absl::OkStatus(); });
  });
  return status;
}

absl::Status Hooks::ChatMessage(std::string_view input, std::string_view output) {
  return Call("chat.message", input, output);
}
absl::Status Hooks::ChatParams(std::string_view input, std::string_view output) {
  return Call("chat.params", input, output);
}
absl::Status Hooks::ToolExecuteAfter(std::string_view input, std::string_view output) {
  return Call("tool.execute.after", input, output);
}
absl::Status Hooks::Event(std::string_view event) { return Call("event", event, ""); }
absl::Status Hooks::Dispose() { return Call("dispose", "", ""); }

}  // namespace ypp::plugin
