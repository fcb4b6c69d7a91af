#include "bench/play.h"

#include <stdexcept>

namespace ypp::bench {

void Fail(const absl::Status& status) { throw std::runtime_error(status.ToString()); }

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
