#include "transport/gathered_changes.h"

#include <utility>

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/update_algebra.h"

namespace ypp::transport {
namespace {

// As one update.
std::vector<std::string> Merged(std::vector<std::string> updates) {
  if (updates.size() <= 1) return updates;
  std::vector<codec::Bytes> parts;
  parts.reserve(updates.size());
  for (const std::string& update : updates) parts.push_back(codec::AsBytes(update));
  absl::StatusOr<std::string> all = MergeUpdates(parts, UpdateFormat::kV1);
  if (all.ok()) return {*std::move(all)};
  return updates;
}

}  // namespace

void GatheredChanges::Add(MemberId author, MemberId knows, std::vector<std::string> changes,
                          std::vector<std::string> appends, bool as_came) {
  if (!changes.empty()) {
    const bool first = updates_.changes.empty();
    updates_.knows = first || updates_.knows == knows ? knows : 0;
  }
  if (!appends.empty()) {
    if (!empty() && updates_.author != author) by_several_ = true;
    updates_.author = author;
  }
  differ_ = differ_ || as_came;
  for (std::string& append : appends) {
    size_bytes_ += append.size();
    updates_.appends.push_back(std::move(append));
  }
  for (std::string& change : changes) updates_.changes.push_back(std::move(change));
}

GatheredChanges::Updates GatheredChanges::Take() {
  Updates taken = std::move(updates_);
  taken.appends = Merged(std::move(taken.appends));
  taken.changes = differ_ ? Merged(std::move(taken.changes)) : taken.appends;
  *this = {};
  return taken;
}

}  // namespace ypp::transport
