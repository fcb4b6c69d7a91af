#include "crdt/apply_update.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "codec/check.h"
#include "codec/update_algebra.h"
#include "crdt/apply_deletes.h"
#include "crdt/apply_small_update.h"
#include "crdt/incoming_update.h"
#include "crdt/integrator.h"

namespace ypp::internal {

namespace {

// The most that content grows on its way into canonical form: `1e20` as JSON text becomes 21
// digits.
constexpr size_t kMaxContentGrowth = 5;

// What the bytes alone do not tell.
absl::Status CheckAgainst(const DocState& doc, const IncomingUpdate& update) {
  for (const SelfLeaning& leaning : update.self_leaning) {
    if (leaning.section.clock > doc.clients.StateOf(leaning.section.client)) continue;
    return codec::BadInput("a struct leans on itself", leaning.position);
  }
  if (doc.bytes.size() + update.size_bytes() * kMaxContentGrowth > ByteStore::kMaxContentBytes) {
    return absl::ResourceExhaustedError("the document would grow past its limit");
  }
  return absl::OkStatus();
}

void KeepRest(DocState& doc, Integrator& integrator) {
  std::string rest = integrator.TakeRest();
  if (rest.empty()) return;
  doc.pending.structs.Add(std::move(rest), integrator.TakeAwaited(),
                          [&](ClientId client) { return doc.clients.StateOf(client); });
}

// Whether something that pending structs wait for has come, with the transaction or by local edits.
bool PendingMayFit(DocState& doc, const std::vector<TouchedClient>& touched) {
  if (doc.pending.structs.empty()) return false;
  bool fits = false;
  const auto tell = [&](ClientIndex client) {
    if (client == kNoIndex) return;
    const Client& grown = doc.clients[client];
    if (doc.pending.structs.Reached(grown.id, grown.state())) fits = true;
  };
  tell(doc.own_client);
  for (const TouchedClient& client : touched) tell(client.client);
  return fits;
}

// Returns what waited and may fit now, to be applied next; empty when nothing does.
std::string Apply(DocState& doc, IncomingUpdate& update) {
  doc.items.Reserve(update.items);
  doc.clients.Reserve(update.sections.size());
  doc.transaction().touched.reserve(update.sections.size());
  const size_t deletes_before = doc.transaction().deletes.size();
  Integrator integrator(doc, update);
  integrator.Run();
  const bool retry = PendingMayFit(doc, doc.transaction().touched);
  KeepRest(doc, integrator);
  ApplyDeletes(doc, update.deletes, deletes_before);
  RetryPendingDeletes(doc);
  return retry || doc.pending.structs.is_stuck() ? doc.pending.structs.TakeAll() : std::string();
}

}  // namespace

absl::Status ApplyUpdate(DocState& doc, codec::Bytes bytes, codec::Dialect dialect,
                         const Origin& origin) {
  if (dialect == codec::Dialect::kV1 && ApplySmallUpdate(doc, bytes, origin))
    return absl::OkStatus();
  absl::StatusOr<IncomingUpdate> update =
      IncomingUpdate::Check(bytes, dialect, doc.options.decode_limits);
  if (!update.ok()) return update.status();
  if (absl::Status fits = CheckAgainst(doc, *update); !fits.ok()) return fits;

  doc.Begin(&origin, /*local=*/false);
  const std::string waiting = Apply(doc, *update);
  if (!waiting.empty()) {
    absl::StatusOr<IncomingUpdate> again =
        IncomingUpdate::Check(codec::AsBytes(waiting), codec::Dialect::kV1Any);
    YPP_CHECK(again.ok());
    // What waited was taken out of `pending`, so nothing can ask for another round.
    Apply(doc, *again);
  }
  doc.End();
  return absl::OkStatus();
}

}  // namespace ypp::internal
