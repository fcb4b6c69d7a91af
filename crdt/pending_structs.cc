#include "crdt/pending_structs.h"

#include <algorithm>

#include "codec/check.h"
#include "codec/update_algebra.h"

namespace ypp::internal {

namespace {

// Updates are merged into one when there are so many.
constexpr size_t kMaxUpdates = 64;

std::string Merged(const std::vector<std::string>& updates) {
  std::vector<codec::Bytes> parts;
  for (const std::string& update : updates) parts.push_back(codec::AsBytes(update));
  auto merged = codec::MergeUpdates(parts, codec::Dialect::kV1Any);
  YPP_CHECK(merged.ok());
  return *std::move(merged);
}

}  // namespace

size_t PendingStructs::size_bytes() const {
  size_t size = 0;
  for (const std::string& update : updates_) size += update.size();
  return size;
}

std::vector<std::pair<ClientId, ypp::Clock>> PendingStructs::Missing() const {
  std::vector<std::pair<ClientId, ypp::Clock>> missing;
  for (const auto& [client, awaited] : awaited_) {
    if (awaited.missing != Awaited::kNone) missing.emplace_back(client, awaited.missing);
  }
  return missing;
}

void PendingStructs::Await(ClientId client, const Awaited& more, ypp::Clock state) {
  Awaited& awaited = awaited_[client];
  awaited.missing = std::min(awaited.missing, more.missing);
  awaited.needed = std::min(awaited.needed, more.needed);
  awaited.waiting = std::min(awaited.waiting, more.waiting);
  Count(awaited, state);
}

void PendingStructs::Count(Awaited& awaited, ypp::Clock state) {
  if (awaited.from_outside) --from_outside_;
  awaited.from_outside = awaited.missing != Awaited::kNone && awaited.waiting > state;
  if (awaited.from_outside) ++from_outside_;
}

bool PendingStructs::Reached(ClientId client, ypp::Clock state) {
  const auto found = awaited_.find(client);
  if (found == awaited_.end()) return false;
  Awaited& awaited = found->second;
  Count(awaited, state);
  needed_came_ = needed_came_ || awaited.needed < state;
  // Past what waits: that came in another form, as when others have collected it. What is behind it
  // may fit.
  return awaited.missing < state || awaited.waiting < state;
}

void PendingStructs::Keep(std::string update) {
  updates_.push_back(std::move(update));
  if (updates_.size() > kMaxUpdates) updates_ = {Merged(updates_)};
}

std::string PendingStructs::TakeAll() {
  std::string all = Merged(updates_);
  *this = PendingStructs();
  return all;
}

}  // namespace ypp::internal
