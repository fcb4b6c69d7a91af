#include "crdt/changed_runs.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace ypp::internal {

namespace {

std::vector<ChangedRun> UnorderedRuns(const ChangeSet& changes, TypeIndex type) {
  DocState& doc = changes.doc();
  std::vector<ChangedRun> runs;
  absl::flat_hash_set<ItemRef> seen;
  for (const ItemRef ref : changes.TouchedItems(type)) {
    if (!seen.insert(ref).second) continue;
    ChangedRun run = {ref, ref, 0};
    for (ItemRef left = doc.items[ref].left; left != ItemRef::kNone && changes.Touches(left);
         left = doc.items[left].left) {
      seen.insert(left);
      run.first = left;
    }
    for (ItemRef right = doc.items[ref].right; right != ItemRef::kNone && changes.Touches(right);
         right = doc.items[right].right) {
      seen.insert(right);
      run.last = right;
    }
    run.start = doc.IndexOf(run.first);
    runs.push_back(run);
  }
  return runs;
}

// Runs with equal starts have nothing visible between them: whoever is met first on the way right
// comes next.
void OrderTies(const DocState& doc, std::vector<ChangedRun>::iterator begin,
               std::vector<ChangedRun>::iterator end) {
  absl::flat_hash_map<ItemRef, size_t> by_first;
  for (auto run = begin; run != end; ++run) by_first.emplace(run->first, run - begin);
  const size_t count = by_first.size();
  constexpr size_t kNobody = SIZE_MAX;
  std::vector<size_t> next(count, kNobody);
  std::vector<bool> has_previous(count, false);
  for (size_t i = 0; i < count; ++i) {
    ItemRef ref = doc.items[begin[static_cast<ptrdiff_t>(i)].last].right;
    for (; ref != ItemRef::kNone; ref = doc.items[ref].right) {
      if (const auto found = by_first.find(ref); found != by_first.end()) {
        next[i] = found->second;
        has_previous[found->second] = true;
        break;
      }
      if (doc.items[ref].visible_length() > 0) break;
    }
  }
  std::vector<ChangedRun> ordered;
  const auto head = std::find(has_previous.begin(), has_previous.end(), false);
  for (size_t i = static_cast<size_t>(head - has_previous.begin()); i != kNobody; i = next[i]) {
    ordered.push_back(begin[static_cast<ptrdiff_t>(i)]);
  }
  std::copy(ordered.begin(), ordered.end(), begin);
}

}  // namespace

std::vector<ChangedRun> ChangedRunsOf(const ChangeSet& changes, TypeIndex type) {
  std::vector<ChangedRun> runs = UnorderedRuns(changes, type);
  std::sort(runs.begin(), runs.end(),
            [](const ChangedRun& a, const ChangedRun& b) { return a.start < b.start; });
  for (auto begin = runs.begin(); begin != runs.end();) {
    const auto end = std::find_if(begin, runs.end(),
                                  [&](const ChangedRun& run) { return run.start != begin->start; });
    if (end - begin > 1) OrderTies(changes.doc(), begin, end);
    begin = end;
  }
  return runs;
}

}  // namespace ypp::internal
