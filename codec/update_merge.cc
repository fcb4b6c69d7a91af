// Merging updates: a k-way merge of readers, ordered by client (descending) and clock. What is
// known twice is written once, what is partly known is cut, and what lies between two structs of a
// client and is in no input becomes a Skip.
//
// mergeUpdatesV2, yjs src/utils/updates.js. Where several inputs hold the same clock, Yjs' choice
// follows from how it sorts its readers anew before each step; the heap here chooses the same by
// remembering when each reader last moved.

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "codec/check.h"
#include "codec/update_algebra.h"
#include "codec/update_writer.h"

namespace ypp::codec {
namespace {

// Sections in the order in which Yjs writes them. The heap relies on it.
bool InOrder(const UpdateReader::Section& before, const UpdateReader::Section& after) {
  if (before.client != after.client) return before.client > after.client;
  return before.clock <= after.clock;
}

// One of the updates, and the struct at which its reader stands. Skips in it are passed over: holes
// are found anew.
class Input {
 public:
  Input(Bytes update, Dialect dialect, const DecodeLimits& limits, size_t number)
      : reader_(update, dialect, limits), moved_(static_cast<int64_t>(number)) {
    Next();
  }

  bool at_end() const { return at_end_; }
  bool sorted() const { return sorted_; }
  const StructView& view() const { return view_; }
  UpdateReader& reader() { return reader_; }

  void Next() {
    do {
      while (!reader_.NextStruct(&view_)) {
        if (!NextSection()) {
          at_end_ = true;
          return;
        }
      }
    } while (view_.kind == StructKind::kSkip);
    ForgetInheritedParentSub(&view_);
  }

  void MovedAt(int64_t step) { moved_ = -step; }

  struct Key {
    ClientId client;
    Clock clock;
    bool is_gc;
    int64_t moved;

    // Clients descend, clocks ascend. Of equal readers of the same sort the one that moved last, and before the first move the first in
    // the list; of a GC and an item the other way round.
    bool IsBefore(const Key& other) const {
      if (client != other.client) return client > other.client;
      if (clock != other.clock) return clock < other.clock;
      return is_gc == other.is_gc ? moved < other.moved : moved > other.moved;
    }
  };
  Key key() const { return {view_.id.client, view_.id.clock, view_.kind == StructKind::kGc, moved_}; }

 private:
  bool NextSection() {
    UpdateReader::Section section;
    if (!reader_.NextSection(&section)) return false;
    if (section.structs == 0) return true;
    sorted_ = sorted_ && (first_section_ || InOrder(section_, section));
    first_section_ = false;
    section_ = section;
    return true;
  }

  UpdateReader reader_;
  UpdateReader::Section section_;
  StructView view_;
  int64_t moved_;
  bool at_end_ = false;
  bool sorted_ = true;
  bool first_section_ = true;
};

// Inputs, the first on top. Only the top one moves, so all it takes is to let that one sink. What is compared lies in the heap itself:
// there may be very many inputs, each of them in another place of memory.
class Heap {
 public:
  explicit Heap(std::deque<Input>& inputs) {
    entries_.reserve(inputs.size());
    for (Input& input : inputs) {
      if (!input.at_end()) entries_.push_back({input.key(), &input});
    }
    for (size_t i = entries_.size() / 2; i-- > 0;) Sink(i);
  }

  bool empty() const { return entries_.empty(); }
  Input& top() { return *entries_.front().input; }
  void TopMoved() {
    if (top().at_end()) {
      entries_.front() = entries_.back();
      entries_.pop_back();
      if (entries_.empty()) return;
    } else {
      entries_.front().key = top().key();
    }
    Sink(0);
  }

 private:
  struct Entry {
    Input::Key key;
    Input* input;
  };

  void Sink(size_t i) {
    const size_t size = entries_.size();
    const Entry sinking = entries_[i];
    while (true) {
      size_t child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && entries_[child + 1].key.IsBefore(entries_[child].key)) ++child;
      if (!entries_[child].key.IsBefore(sinking.key)) break;
      entries_[i] = entries_[child];
      i = child;
    }
    entries_[i] = sinking;
  }

  std::vector<Entry> entries_;
};

// Writes what the merge decides on, and knows how far that reaches. A GC or Skip is held back,
// since it may still grow.
class Output {
 public:
  explicit Output(Dialect dialect) : writer_(dialect) { writer_.BeginCountedUpdate(); }

  bool empty() const { return !begun_; }
  ClientId client() const { return last_.id.client; }
  Clock end() const { return last_.end(); }

  void Append(const StructView& view) {
    Flush();
    if (!begun_ || last_.id.client != view.id.client) {
      writer_.BeginCountedSection(view.id.client, view.id.clock);
    }
    begun_ = true;
    last_ = view;
    held_back_ = view.kind == StructKind::kGc || view.kind == StructKind::kSkip;
    if (!held_back_) writer_.WriteStruct(view);
  }

  void AppendHole(Clock until) {
    StructView skip;
    skip.kind = StructKind::kSkip;
    skip.id = {client(), end()};
    skip.length = until - end();
    Append(skip);
  }

  // True when the struct just went into the GC before it.
  bool GrowGc(const StructView& view) {
    if (last_.kind != StructKind::kGc || view.kind != StructKind::kGc) return false;
    last_.length += view.length;
    return true;
  }

  std::string Finish(DeleteSetUnion& deletes) {
    Flush();
    writer_.WriteDeleteSet(deletes);
    return writer_.Finish();
  }

 private:
  void Flush() {
    if (held_back_) writer_.WriteStruct(last_);
    held_back_ = false;
  }

  UpdateWriter writer_;
  StructView last_;  // its views are used only as long as they live: a held back struct has none
  bool begun_ = false;
  bool held_back_ = false;
};

// Takes from `input`, the first of all, what comes next.
void TakeFrom(Input& input, Output& out) {
  const ClientId client = input.view().id.client;
  if (out.empty() || client != out.client()) {
    out.Append(input.view());
    input.Next();
  } else {
    bool passed = false;
    while (!input.at_end() && input.view().id.client == client && input.view().end() <= out.end()) {
      input.Next();
      passed = true;
    }
    if (input.at_end() || input.view().id.client != client) return;
    const StructView& view = input.view();
    if (out.end() < view.id.clock) {
      if (passed) return;  // another input may have what is missing
      out.AppendHole(view.id.clock);
      return;
    }
    const Clock known = out.end() - view.id.clock;
    const StructView rest = known > 0 ? SliceStruct(view, known) : view;
    if (!out.GrowGc(rest)) {
      out.Append(rest);
      input.Next();
    }
  }
  while (!input.at_end() && input.view().id.client == client &&
         input.view().id.clock == out.end()) {
    out.Append(input.view());
    input.Next();
  }
}

struct Source {
  Bytes bytes;
  Dialect dialect;
};

// The same update with its sections in order, in kV1Any. Empty when they were in order already.
absl::StatusOr<std::string> SortSections(const Source& source, const DecodeLimits& limits) {
  absl::StatusOr<std::string> plain =
      ConvertUpdate(source.bytes, source.dialect, Dialect::kV1Any, limits);
  if (!plain.ok()) return plain;
  struct Place {
    UpdateReader::Section section;
    size_t position;
  };
  std::vector<Place> places;
  UpdateReader reader(AsBytes(*plain), Dialect::kV1Any);
  UpdateReader::Section section;
  while (reader.NextSection(&section)) places.push_back({section, reader.position()});
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  const auto in_order = [](const Place& a, const Place& b) {
    return !InOrder(b.section, a.section);
  };
  if (std::is_sorted(places.begin(), places.end(), in_order)) return std::string();
  std::stable_sort(places.begin(), places.end(), in_order);
  UpdateWriter writer(Dialect::kV1Any);
  writer.BeginUpdate(places.size());
  StructView view;
  for (const Place& place : places) {
    reader.SeekTo(place.position, place.section);
    writer.BeginSection(place.section);
    while (reader.NextStruct(&view)) writer.WriteStruct(view);
  }
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

// Gives up with *sorted false when an input turns out not to be in order.
absl::StatusOr<std::string> MergeSorted(const std::vector<Source>& sources, Dialect dialect,
                                        const DecodeLimits& limits, bool* sorted) {
  std::deque<Input> inputs;
  for (const Source& source : sources) inputs.emplace_back(source.bytes, source.dialect, limits, inputs.size());
  Heap heap(inputs);
  Output out(dialect);
  for (int64_t step = 1; !heap.empty(); ++step) {
    Input& input = heap.top();
    TakeFrom(input, out);
    input.MovedAt(step);
    heap.TopMoved();
    if (!input.sorted()) {
      *sorted = false;
      return std::string();
    }
  }
  DeleteSetUnion deletes;
  for (Input& input : inputs) {
    input.reader().AddDeleteSetTo(deletes);
    if (!input.reader().ok()) return input.reader().status();
  }
  return out.Finish(deletes);
}

}  // namespace

absl::StatusOr<std::string> MergeUpdates(absl::Span<const Bytes> updates, Dialect dialect,
                                         const DecodeLimits& limits) {
  if (updates.size() == 1) {
    UpdateReader reader(updates[0], dialect, limits);
    reader.AcceptHolesWithFlags();  // Yjs would not even look
    reader.ReadDeleteSet();
    if (!reader.ok()) return reader.status();
    return std::string(AsText(updates[0]));
  }
  std::vector<Source> sources;
  for (const Bytes update : updates) sources.push_back({update, dialect});
  bool sorted = true;
  absl::StatusOr<std::string> merged = MergeSorted(sources, dialect, limits, &sorted);
  if (sorted) return merged;

  std::vector<std::unique_ptr<std::string>> rewritten;
  for (Source& source : sources) {
    absl::StatusOr<std::string> update = SortSections(source, limits);
    if (!update.ok()) return update;
    if (update->empty()) continue;
    rewritten.push_back(std::make_unique<std::string>(*std::move(update)));
    source = {AsBytes(*rewritten.back()), Dialect::kV1Any};
  }
  sorted = true;
  merged = MergeSorted(sources, dialect, limits, &sorted);
  YPP_DCHECK(sorted);
  return merged;
}

}  // namespace ypp::codec
