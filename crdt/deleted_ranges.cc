#include "crdt/deleted_ranges.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ypp::internal {

namespace {

bool IsBefore(const DeletedRange& a, const DeletedRange& b) {
  return a.id.client != b.id.client ? a.id.client < b.id.client : a.id.clock < b.id.clock;
}

// Leaves those of one client in their order. Where clients are few.
void GroupByClient(std::vector<DeletedRange>& deletes) {
  ClientIndex last_client = 0;
  for (const DeletedRange& range : deletes) last_client = std::max(last_client, range.id.client);
  if (last_client >= deletes.size()) return;
  std::vector<uint32_t> end_of(size_t{last_client} + 2);
  for (const DeletedRange& range : deletes) ++end_of[range.id.client + 1];
  for (size_t client = 1; client < end_of.size(); ++client) end_of[client] += end_of[client - 1];
  std::vector<DeletedRange> grouped(deletes.size());
  for (const DeletedRange& range : deletes) grouped[end_of[range.id.client]++] = range;
  deletes = std::move(grouped);
}

}  // namespace

bool IsSorted(const DeletedRange* begin, const DeletedRange* end) {
  return std::is_sorted(begin, end, IsBefore);
}

void SortAndJoin(std::vector<DeletedRange>& deletes) {
  if (deletes.size() < 2) return;
  const auto is_sorted = [&] { return std::is_sorted(deletes.begin(), deletes.end(), IsBefore); };
  if (!is_sorted()) {
    GroupByClient(deletes);
    if (!is_sorted()) std::sort(deletes.begin(), deletes.end(), IsBefore);
  }
  size_t last = 0;
  for (size_t i = 1; i < deletes.size(); ++i) {
    DeletedRange& into = deletes[last];
    const DeletedRange& range = deletes[i];
    const Clock end = into.id.clock + into.length;
    if (range.id.client == into.id.client && range.id.clock <= end) {
      into.length = std::max(end, range.id.clock + range.length) - into.id.clock;
    } else {
      deletes[++last] = range;
    }
  }
  deletes.resize(last + 1);
}

}  // namespace ypp::internal
