#include "tests/simulation/participant.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "codec/check.h"
#include "codec/json.h"

namespace ypp::simulation {
namespace {

constexpr char kText[] = "text";
constexpr char kArray[] = "array";
constexpr char kMap[] = "map";
constexpr size_t kLastEdits = 16;
constexpr const char* kKeys[] = {"a", "b", "c"};

}  // namespace

std::string Shown(Doc& doc) {
  std::string shown =
      absl::StrCat(doc.GetText(kText).ToString(), codec::ToJson(doc.GetArray(kArray).ToJson()));
  for (const char* const key : kKeys) {
    absl::StrAppend(&shown, key, codec::ToJson(doc.GetMap(kMap).Get(key).ToAny()));
  }
  return shown;
}

Participant::Participant(Clock* clock, Chance* chance, ClientId client,
                         const std::vector<std::string>& documents,
                         transport::OpenSocket open_socket, Gossip gossip)
    : clock_(clock), chance_(chance), client_(client), awareness_(client, clock->now_ms()) {
  const std::weak_ptr<const bool> alive = alive_;
  transport::ClientCore::Environment environment;
  environment.open_socket = std::move(open_socket);
  environment.now_ms = [clock] { return clock->now_ms(); };
  environment.post = [clock, alive](std::function<void()> task) {
    clock->After(0, [alive, task = std::move(task)] {
      if (!alive.expired()) task();
    });
  };
  environment.wake_at = [this, alive](int64_t at_ms) {
    wake_at_ms_ = at_ms;
    if (at_ms == transport::kNever) return;
    clock_->At(at_ms, [this, alive, at_ms] {
      if (!alive.expired() && wake_at_ms_ == at_ms) core_->Tick();
    });
  };
  environment.seed = chance->Bits();
  core_ = std::make_unique<transport::ClientCore>(ClientOptions(), ClientEvents(),
                                                  std::move(environment));

  YPP_CHECK(awareness_.SetLocalState("{\"here\":true}", clock->now_ms()).ok());
  for (size_t i = 0; i < documents.size(); ++i) {
    Replica& replica = *replicas_.emplace_back(std::make_unique<Replica>(client));
    replica.updates = replica.doc.OnUpdate([i, gossip, &replica](const UpdateEvent& event) {
      if (!event.local) return;
      replica.last_edits.emplace_back(event.update);
      if (replica.last_edits.size() > kLastEdits) replica.last_edits.pop_front();
      gossip(i, replica.last_edits.back());
    });
    ProviderOptions options;
    options.document = documents[i];
    options.token = "token";
    auto session = core_->Attach(replica.doc, i == 0 ? &awareness_ : nullptr, options, {});
    YPP_CHECK(session.ok());
    replica.session = *session;
  }
}

Participant::~Participant() { alive_ = nullptr; }

bool Participant::Synced(size_t document) const {
  const transport::SessionState state = replicas_[document]->session->state().Get();
  return state.synced && state.unsynced_changes == 0;
}

void Participant::Receive(size_t document, const std::string& update) {
  YPP_CHECK(doc(document).ApplyUpdate(update, Origin("gossip")).ok());
}

void Participant::Leave() { core_->Shutdown(); }

std::vector<std::string> Participant::SayAgain(size_t document) {
  const std::deque<std::string>& edits = replicas_[document]->last_edits;
  std::vector<std::string> said;
  for (size_t i = 0; i < edits.size(); ++i) said.push_back(edits[chance_->Below(edits.size())]);
  return said;
}

void Participant::Edit() {
  Doc& edited = doc(chance_->Below(replicas_.size()));
  switch (chance_->Below(5)) {
    case 0:
      return EditArray(edited.GetArray(kArray));
    case 1:
      return EditMap(edited.GetMap(kMap));
    default:
      return EditText(edited.GetText(kText));
  }
}

void Participant::EditText(Text text) {
  const auto at = static_cast<uint32_t>(chance_->Below(text.length() + 1));
  if (at < text.length() && chance_->Percent(30)) {
    YPP_CHECK(text.Delete(at, 1).ok());
  } else {
    YPP_CHECK(
        text.Insert(at, absl::StrCat(client_ % 10, chance_->Percent(50) ? "x" : "word ")).ok());
  }
}

void Participant::EditArray(Array array) {
  const auto at = static_cast<uint32_t>(chance_->Below(array.length() + 1));
  if (at < array.length() && chance_->Percent(30)) {
    YPP_CHECK(array.Delete(at).ok());
  } else {
    YPP_CHECK(array.Insert(at, {static_cast<double>(client_), "element"}).ok());
  }
}

void Participant::EditMap(Map map) {
  const char* const key = kKeys[chance_->Below(std::size(kKeys))];
  if (chance_->Percent(20)) {
    YPP_CHECK(map.Delete(key).ok());
  } else {
    YPP_CHECK(map.Set(key, static_cast<double>(chance_->Below(1'000))).ok());
  }
}

}  // namespace ypp::simulation
