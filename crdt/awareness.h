// Awareness: who is there and what they show (cursor, name, ...). Not part of the document and never stored. y-protocols, awareness.js.
//
// Every client has a state (JSON text) and a clock; a larger clock wins, and an equal clock wins only when it takes the state away.
// States are opaque here: they are passed on as they came. A client that is not renewed for kAwarenessTimeoutMs is dropped. Time
// comes from the caller, in milliseconds of any steady clock. Thread rule: one thread at a time.
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
#include "codec/byte_reader.h"
#include "codec/id.h"
#include "crdt/origin.h"
#include "crdt/subscription.h"

namespace ypp {

// After Yjs: a state not renewed for 30 s is gone; one's own is renewed when half of that has passed.
inline constexpr int64_t kAwarenessTimeoutMs = 30'000;
inline constexpr int64_t kAwarenessRenewMs = kAwarenessTimeoutMs / 2;

struct AwarenessChange {
  std::vector<ClientId> added;
  std::vector<ClientId> updated;
  std::vector<ClientId> removed;

  bool empty() const { return added.empty() && updated.empty() && removed.empty(); }
};

class Awareness {
 public:
  // The local client starts with the state `{}` at clock 0.
  explicit Awareness(ClientId client, int64_t now_ms = 0);
  ~Awareness();
  Awareness(const Awareness&) = delete;
  Awareness& operator=(const Awareness&) = delete;

  ClientId client() const { return client_; }

  // JSON text. nullopt says that the local client is gone.
  void SetLocalState(std::optional<std::string> json, int64_t now_ms);
  std::optional<std::string> local_state() const;

  // All present states by client, ascending.
  std::map<ClientId, std::string> states() const;
  // Of a client ever seen, else 0.
  uint64_t clock(ClientId client) const;

  // Of the given clients; those never seen are left out, those gone are written as `null`.
  std::string EncodeUpdate(absl::Span<const ClientId> clients) const;
  // Of all present clients.
  std::string EncodeUpdate() const;

  // All or nothing: DataLoss on bad bytes, InvalidArgument on a state that is not JSON.
  absl::Status ApplyUpdate(codec::Bytes update, const Origin& origin, int64_t now_ms);

  // Says that these clients are gone (a connection ended). The clock of the local client rises, that of others stays.
  void Remove(absl::Span<const ClientId> clients, const Origin& origin, int64_t now_ms);

  // Renews the local state when it is due and drops what was not renewed in time. To be called every few seconds.
  void Tick(int64_t now_ms);

  // `update`: something was said, be it the same again. `change`: states really differ (compared as JSON values).
  using Callback = std::function<void(const AwarenessChange&, const Origin&)>;
  Subscription OnUpdate(Callback callback);
  Subscription OnChange(Callback callback);

 private:
  struct Entry {
    uint64_t clock = 0;
    int64_t updated_ms = 0;
    std::optional<std::string> state;  // nullopt: gone, the clock is remembered
  };
  struct Callbacks;

  void Emit(const AwarenessChange& update, const AwarenessChange& change, const Origin& origin);

  ClientId client_;
  std::map<ClientId, Entry> entries_;
  std::shared_ptr<Callbacks> callbacks_;
};

}  // namespace ypp

#endif  // YPP_CRDT_AWARENESS_H_
