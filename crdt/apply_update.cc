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
// Pending updates are merged into one when there are so many.
constexpr size_t kMaxPendingUpdates = 64;

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

std::string MergePending(DocState& doc) {
  std::vector<codec::Bytes> parts;
  for (const std::string& update : doc.pending.updates) parts.push_back(codec::AsBytes(update));
  auto merged = codec::MergeUpdates(parts, codec::Dialect::kV1Any);
  YPP_CHECK(merged.ok());
  return *std::move(merged);
}

void KeepRest(DocState& doc, Integrator& integrator) {
  std::string rest = integrator.TakeRest();
  if (rest.empty()) return;
  for (const auto& [client, clock] : integrator.missing()) {
    const auto [entry, is_new] = doc.pending.missing.try_emplace(client, clock);
    if (!is_new) entry->second = std::min(entry->second, clock);
  }
  doc.pending.updates.push_back(std::move(rest));
  if (doc.pending.updates.size() > kMaxPendingUpdates) {
    doc.pending.updates = {MergePending(doc)};
  }
}

// Whether a client that pending structs wait for has come far enough.
bool PendingMayFit(const DocState& doc, const std::vector<TouchedClient>& touched) {
  if (doc.pending.updates.empty()) return false;
  const auto fits = [&](ClientIndex client) {
    if (client == kNoIndex) return false;
    const auto found = doc.pending.missing.find(doc.clients[client].id);
    return found != doc.pending.missing.end() && found->second < doc.clients[client].state();
  };
  return fits(doc.own_client) ||
         std::any_of(touched.begin(), touched.end(), [&](const auto& t) { return fits(t.client); });
}

// Returns what waited and may fit now, to be applied next; empty when nothing does.
std::string Apply(DocState& doc, IncomingUpdate& update) {
  doc.items.Reserve(update.items);
  doc.clients.Reserve(update.sections.size());
  const size_t deletes_before = doc.transaction().deletes.size();
  Integrator integrator(doc, update);
  integrator.Run();
  const bool retry = PendingMayFit(doc, doc.transaction().touched);
  KeepRest(doc, integrator);
  ApplyDeletes(doc, update.deletes, deletes_before);
  RetryPendingDeletes(doc);
  if (!retry) return {};
  std::string waiting = MergePending(doc);
  doc.pending.updates.clear();
  doc.pending.missing.clear();
  return waiting;
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
