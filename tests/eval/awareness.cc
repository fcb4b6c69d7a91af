// Kind "awareness": scripts over several Awareness objects that exchange what they encode.
#include "crdt/awareness.h"

#include <memory>
#include <vector>

#include "codec/awareness_message.h"
#include "codec/json.h"
#include "tests/eval/bytes_text.h"
#include "tests/eval/kinds.h"

namespace ypp::eval {

namespace {

// No step waits for time.
constexpr int64_t kNow = 0;

// What y-protocols would throw at this point of the script.
class StepThrows : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Json ClientsJson(const std::vector<ClientId>& clients) {
  Any::Array list;
  for (const ClientId client : clients) list.push_back(Json(client));
  return list;
}

struct Peer {
  explicit Peer(ClientId client) : awareness(client) {
    on_change = awareness.OnChange(Record("change"));
    on_update = awareness.OnUpdate(Record("update"));
  }

  Awareness::Callback Record(const char* name) {
    return [this, name](const AwarenessChange& change, const Origin& origin) {
      events.push_back(Any::Object{{"e", name},
                                   {"added", ClientsJson(change.added)},
                                   {"updated", ClientsJson(change.updated)},
                                   {"removed", ClientsJson(change.removed)},
                                   {"origin", Json(origin.label)}});
    };
  }

  Awareness awareness;
  Any::Array events;
  Subscription on_change;
  Subscription on_update;
};

std::vector<ClientId> ReadClients(const Json& list) {
  std::vector<ClientId> clients;
  for (const Json& client : AsArray(list)) clients.push_back(AsUint(client));
  return clients;
}

// modifyAwarenessUpdate with a function that sets the member `mod`.
std::string Modify(const std::string& update) {
  const absl::StatusOr<std::string> modified =
      ModifyAwarenessUpdate(codec::AsBytes(update), [](const Any& state) {
        return state.is_null() ? state : codec::WithMember(state, "mod", true);
      });
  if (!modified.ok()) throw StepThrows(modified.status().ToString());
  return *modified;
}

class Script {
 public:
  explicit Script(const Json& case_json) {
    for (const Json& client : NeedArray(case_json, "clients")) {
      peers_.push_back(std::make_unique<Peer>(AsUint(client)));
    }
  }

  Json Run(const Json& step) {
    const uint32_t c = NeedIndex(step, "c");
    if (c >= peers_.size()) throw CaseError("no client " + std::to_string(c));
    Peer& peer = *peers_[c];
    Any::Object result = Pick(step, {"c", "op", "v", "k", "ids", "origin", "raw"});
    for (const auto& each : peers_) each->events.clear();
    try {
      RunOperation(peer.awareness, step, result);
    } catch (const StepThrows& error) {
      result.emplace_back("throws", Json(error.what()));
    }
    if (!peer.events.empty()) result.emplace_back("events", peer.events);
    Any::Array states;
    for (const auto& [client, state] : peer.awareness.states()) {
      states.push_back(Any::Array{Json(client), *codec::ParseJson(state)});
    }
    Any::Array clocks;
    for (const auto& [client, clock] : peer.awareness.clocks()) {
      clocks.push_back(Any::Array{Json(client), Json(clock)});
    }
    result.emplace_back("states", std::move(states));
    result.emplace_back("meta", std::move(clocks));
    return result;
  }

 private:
  void RunOperation(Awareness& awareness, const Json& step, Any::Object& result) {
    const std::string& op = NeedString(step, "op");
    if (op == "set") {
      Set(awareness, Need(step, "v"));
    } else if (op == "field") {
      SetField(awareness, NeedString(step, "k"), Need(step, "v"));
    } else if (op == "remove") {
      const Json* origin = Find(step, "origin");
      awareness.Remove(ReadClients(Need(step, "ids")),
                       origin == nullptr ? Origin() : Origin(AsString(*origin)), kNow);
    } else if (op == "encode") {
      Keep(Encode(awareness, ReadClients(Need(step, "ids"))), result);
    } else if (op == "apply") {
      const Json* raw = Find(step, "raw");
      const std::string update = raw != nullptr ? FromHex(AsString(*raw)) : Kept(step);
      const absl::Status status = awareness.ApplyUpdate(codec::AsBytes(update), "net", kNow);
      if (!status.ok()) throw StepThrows(status.ToString());
    } else if (op == "modify") {
      Keep(Modify(Kept(step)), result);
    } else {
      throw CaseError("unknown operation \"" + op + "\"");
    }
  }

  static void Set(Awareness& awareness, const Json& state) {
    const absl::Status status = awareness.SetLocalState(codec::ToJson(state), kNow);
    if (!status.ok()) throw StepThrows(status.ToString());
  }

  static void SetField(Awareness& awareness, const std::string& key, const Json& value) {
    const absl::Status status = awareness.SetLocalStateField(key, value, kNow);
    if (!status.ok()) throw StepThrows(status.ToString());
  }

  // y-protocols throws for a client that was never seen.
  static std::string Encode(const Awareness& awareness, const std::vector<ClientId>& clients) {
    const std::map<ClientId, uint64_t> seen = awareness.clocks();
    for (const ClientId client : clients) {
      if (!seen.contains(client)) throw StepThrows("unknown client " + std::to_string(client));
    }
    return awareness.EncodeUpdate(clients);
  }

  void Keep(std::string bytes, Any::Object& result) {
    result.emplace_back("bytes", Json(ToHex(bytes)));
    kept_.push_back(std::move(bytes));
  }

  const std::string& Kept(const Json& step) const {
    const uint32_t k = NeedIndex(step, "k");
    if (k >= kept_.size()) throw StepThrows("no encoding " + std::to_string(k));
    return kept_[k];
  }

  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::string> kept_;
};

}  // namespace

Any::Object EvaluateAwareness(const Json& case_json) {
  Any::Object result = Pick(case_json, {"format", "kind", "name", "tags", "note", "clients"});
  Script script(case_json);
  Any::Array steps;
  for (const Json& step : NeedArray(case_json, "steps")) steps.push_back(script.Run(step));
  result.emplace_back("steps", std::move(steps));
  return result;
}

}  // namespace ypp::eval
