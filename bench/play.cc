#include "bench/play.h"

#include <optional>
#include <stdexcept>

namespace ypp::bench {

void Must(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

void Replica::Make(const Script& script, const Edit& edit) {
  switch (edit.kind) {
    case EditKind::kText:
      if (edit.deleted > 0) Must(text.Delete(edit.position, edit.deleted));
      if (edit.end > edit.begin) Must(text.Insert(edit.position, script.text(edit)));
      break;
    case EditKind::kArray:
      Must(array.Insert(edit.position, script.values(edit)));
      break;
    case EditKind::kMap:
      Must(map.Set(script.text(edit), script.values(edit)[0]));
      break;
  }
}

void Replica::Make(const Script& script, uint32_t step) {
  const auto edits = script.edits(step);
  if (edits.empty()) return;
  // A call outside a transaction is one by itself.
  const bool one_call =
      edits.size() == 1 && (edits[0].deleted == 0 || edits[0].end == edits[0].begin);
  std::optional<Transaction> transaction;
  if (!one_call) transaction.emplace(doc);
  for (const Edit& edit : edits) Make(script, edit);
}

size_t Replica::Read() const {
  size_t seen = text.ToString().size();
  array.ForEach([&](const Value& value) { seen += value.if_any() != nullptr; });
  map.ForEach([&](std::string_view key, const Value&) { seen += key.size(); });
  return seen;
}

Session::Session(const Script& script)
    : script_(script), last_step_(script.agents()), authors_(script.agents()) {
  for (uint32_t step = 0; step < script.steps(); ++step) last_step_[script.agent(step)] = step;
  updates_.resize(script.steps());
}

Session::Author& Session::Arrive(uint32_t agent) {
  auto& author = authors_[agent];
  if (author == nullptr) {
    author = std::make_unique<Author>(agent);
    author->updates = author->replica.doc.OnUpdate([this](const UpdateEvent& event) {
      if (event.local) updates_[step_] = event.update;
    });
  }
  return *author;
}

void Session::Run() {
  static const std::string kEmpty(2, '\0');
  for (step_ = 0; step_ < script_.steps(); ++step_) {
    const uint32_t agent = script_.agent(step_);
    Replica& replica = Arrive(agent).replica;
    for (const uint32_t received : script_.received(step_)) {
      Must(replica.doc.ApplyUpdate(updates_[received]));
    }
    replica.Make(script_, step_);
    if (updates_[step_].empty()) updates_[step_] = kEmpty;
    if (agent > 1 && last_step_[agent] == step_) authors_[agent] = nullptr;
  }
}

}  // namespace ypp::bench
