// Awareness: who is there and what they show (cursor, name, ...). Not part of the document and
// never stored. y-protocols, awareness.js.
//
//   ypp::Awareness awareness(doc.client_id(), NowMs());
//   ypp::Subscription updates =
//       awareness.OnUpdate([&](const ypp::AwarenessChange& change, const ypp::Origin&) {
//         Send(awareness.EncodeUpdate(change.all()));
//       });
//   absl::Status status = awareness.SetLocalState(R"({"name":"ada"})", NowMs());
//
// Every client has a state (JSON text) and a clock; a larger clock wins, and an equal clock wins
// only when it takes the state away. States are kept as JSON.stringify writes them, so that what is
// passed on is what a y-protocols peer would pass on. A client that is not renewed for
// kAwarenessTimeoutMs is dropped. Time comes from the caller, in milliseconds of any steady clock.
// Thread rule: one thread at a time. Callbacks may call back into the object and drop
// subscriptions, but not destroy it.
#ifndef YPP_CRDT_AWARENESS_H_
#define YPP_CRDT_AWARENESS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/id.h"
#include "crdt/origin.h"
#include "crdt/subscription.h"

namespace ypp {

// After Yjs: a state not renewed for 30 s is gone; one's own is renewed when half of that has
// passed.
inline constexpr int64_t kAwarenessTimeoutMs = 30'000;
inline constexpr int64_t kAwarenessRenewMs = kAwarenessTimeoutMs / 2;
// How long the clock of a client that is gone is remembered. It only has to outlive updates still
// under way, and must end some day, or everybody who ever visited would cost memory for ever.
inline constexpr int64_t kAwarenessForgetMs = 60 * kAwarenessTimeoutMs;
// Clients remembered at a time, the gone ones too. A crowd no screen can show; a bound on what a
// hostile peer can make us keep.
inline constexpr size_t kMaxAwarenessClients = 65'536;

struct AwarenessChange {
  std::vector<ClientId> added;
  std::vector<ClientId> updated;
  std::vector<ClientId> removed;

  bool empty() const { return added.empty() && updated.empty() && removed.empty(); }
  // Everybody concerned, to be sent on.
  std::vector<ClientId> all() const;
};

class Awareness {
 public:
  // The local client starts with the state `{}` at clock 0.
  explicit Awareness(ClientId client, int64_t now_ms = 0);
  ~Awareness();
  Awareness(const Awareness&) = delete;
  Awareness& operator=(const Awareness&) = delete;

  ClientId client() const { return client_; }

  // JSON text. nullopt, like `null`, says that the local client is gone. InvalidArgument when it is
  // not JSON; nothing changes then.
  absl::Status SetLocalState(std::optional<std::string> json, int64_t now_ms);
  // One member of the local state, the others stay. Nothing happens while the local client is gone.
  absl::Status SetLocalStateField(std::string_view field, const Any& value, int64_t now_ms);
  std::optional<std::string> local_state() const;

  // All present states by client, ascending.
  std::map<ClientId, std::string> states() const;
  // Of a client ever seen, else 0.
  uint64_t clock(ClientId client) const;
  // Of every client ever seen, the gone ones too, ascending.
  std::map<ClientId, uint64_t> clocks() const;

  // Of the given clients; those never seen are left out, those gone are written as `null`.
  std::string EncodeUpdate(absl::Span<const ClientId> clients) const;
  // Of all present clients.
  std::string EncodeUpdate() const;

  // All or nothing: DataLoss on bad bytes, InvalidArgument on a state that is not JSON,
  // ResourceExhausted past kMaxAwarenessClients.
  absl::Status ApplyUpdate(codec::Bytes update, const Origin& origin, int64_t now_ms);

  // Says that these clients are gone (a connection ended). The clock of the local client rises,
  // that of others stays.
  void Remove(absl::Span<const ClientId> clients, const Origin& origin, int64_t now_ms);

  // Renews the local state when it is due, drops what was not renewed in time and forgets who is
  // long gone. To be called every few seconds.
  void Tick(int64_t now_ms);

  // `update`: something was said, be it the same again. `change`: states really differ (compared as
  // JSON values). For one cause the change callbacks run before the update callbacks. Origins made
  // here: "local" and "timeout".
  using Callback = std::function<void(const AwarenessChange&, const Origin&)>;
  Subscription OnUpdate(Callback callback);
  Subscription OnChange(Callback callback);

 private:
  struct Entry {
    uint64_t clock = 0;
    int64_t updated_ms = 0;
    std::optional<std::string> state;  // nullopt: gone, the clock is remembered
  };
  struct Received {
    ClientId client;
    uint64_t clock;
    std::optional<std::string> state;
  };
  struct Callbacks;

  void StoreLocalState(std::optional<std::string> json, int64_t now_ms);
  // Adds what it does to `change` and `update`.
  void ApplyEntry(Received next, int64_t now_ms, AwarenessChange* change, AwarenessChange* update);
  void Emit(const AwarenessChange& change, const AwarenessChange& update, const Origin& origin);

  ClientId client_;
  std::map<ClientId, Entry> entries_;
  std::unique_ptr<Callbacks> callbacks_;
};

}  // namespace ypp

#endif  // YPP_CRDT_AWARENESS_H_
