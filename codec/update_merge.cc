// Merging updates: a k-way merge of readers, ordered by client (descending) and clock. What is
// known twice is written once, what is partly known is cut, and what lies between two structs of a
// client and is in no input becomes a Skip.
//
// mergeUpdatesV2, yjs src/utils/updates.js. Where several inputs hold the same clock, Yjs' choice
// follows from how it sorts its readers anew before each step; the heap here chooses the same by
// remembering when each reader last moved.

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "codec/check.h"
#include "codec/merge_input.h"
#include "codec/update_algebra.h"
#include "codec/update_writer.h"

namespace ypp::codec {
namespace {

struct Source {
  Bytes bytes;
  Dialect dialect;
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
    last_ = {view.kind, view.id, view.length};
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
    if (!held_back_) return;
    StructView view;
    view.kind = last_.kind;
    view.id = last_.id;
    view.length = last_.length;
    writer_.WriteStruct(view);
    held_back_ = false;
  }

  UpdateWriter writer_;
  StructExtent last_;
  bool begun_ = false;
  bool held_back_ = false;
};

// Takes from `input`, the first of all, what comes next.
template <typename AnyInput>
void TakeFrom(AnyInput& input, Output& out) {
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

// One merge. Updates are opened when it is their turn: there may be very many, and most are done
// with at once.
class Merge {
 public:
  Merge(const std::vector<Source>& sources, Dialect dialect, const DecodeLimits& limits)
      : sources_(sources), limits_(limits), out_(dialect) {}

  // Gives up with *sorted false when an update turns out not to be in order.
  absl::StatusOr<std::string> Run(bool* sorted) {
    for (size_t i = 0; i < sources_.size() && status_.ok(); ++i) Enlist(i);
    SortWaiting();
    open_.Build();
    for (int64_t step = 1; status_.ok(); ++step) {
      const bool has_waiting = next_waiting_ < waiting_.size();
      if (!has_waiting && open_.empty()) return out_.Finish(deletes_);
      if (has_waiting && (open_.empty() || waiting_[next_waiting_].key.IsBefore(open_.top_key()))) {
        TakeFromWaiting(step);
      } else {
        TakeFromOpen(step);
      }
      if (!sorted_) {
        *sorted = false;
        return std::string();
      }
    }
    return status_;
  }

 private:
  struct Waiting {
    MergeKey key;
    size_t source;
  };

  // What is to be known of an update before it is taken apart.
  void Enlist(size_t source) {
    const auto& [bytes, dialect] = sources_[source];
    MergeKey key;
    if (dialect != Dialect::kV2 && !bytes.empty() && bytes[0] == 0) {
      AddDeletes(bytes, 1);
    } else if (dialect != Dialect::kV2 && PeekFirst(bytes, &key)) {
      key.moved = static_cast<int64_t>(source);
      waiting_.push_back({key, source});
    } else {
      OpenToStay(source);
    }
  }

  // Where several begin at the same clock, it depends on all of them which one comes first: then
  // all are opened.
  void SortWaiting() {
    const auto same = [](const Waiting& a, const Waiting& b) {
      return a.key.client == b.key.client && a.key.clock == b.key.clock;
    };
    const auto before = [&](const Waiting& a, const Waiting& b) {
      return same(a, b) ? a.source < b.source : a.key.IsBefore(b.key);
    };
    if (!std::is_sorted(waiting_.begin(), waiting_.end(), before))
      std::sort(waiting_.begin(), waiting_.end(), before);
    if (std::adjacent_find(waiting_.begin(), waiting_.end(), same) == waiting_.end()) return;
    for (const Waiting& waiting : waiting_) OpenToStay(waiting.source);
    waiting_.clear();
  }

  void TakeFromWaiting(int64_t step) {
    const size_t source = waiting_[next_waiting_++].source;
    const auto& [bytes, dialect] = sources_[source];
    if (small_.Read(bytes, dialect)) {
      TakeFrom(small_, out_);
      if (small_.at_end()) return AddDeletes(bytes, small_.deletes_position());
      // There was a hole before it, which may still be filled.
      KeepOpen(Open(source), step);
    } else {
      MergeInput* input = Open(source);
      if (!input->at_end()) TakeFrom(*input, out_);
      KeepOpen(input, step);
    }
  }

  void TakeFromOpen(int64_t step) {
    MergeInput& input = open_.top();
    TakeFrom(input, out_);
    input.MovedAt(step);
    sorted_ = sorted_ && input.sorted();
    if (input.at_end()) {
      open_.DropTop();
      Close(&input);
    } else {
      open_.TopMoved();
    }
  }

  MergeInput* Open(size_t source) {
    if (free_.empty()) {
      inputs_.push_back(std::make_unique<MergeInput>());
      free_.push_back(inputs_.back().get());
    }
    MergeInput* input = free_.back();
    free_.pop_back();
    *input = MergeInput(sources_[source].bytes, sources_[source].dialect, limits_, source);
    return input;
  }
  void OpenToStay(size_t source) {
    MergeInput* input = Open(source);
    if (input->at_end()) {
      Close(input);
    } else {
      open_.Add(input);
    }
  }
  // An input from which was taken in this step.
  void KeepOpen(MergeInput* input, int64_t step) {
    input->MovedAt(step);
    sorted_ = sorted_ && input->sorted();
    if (input->at_end()) {
      Close(input);
    } else {
      open_.Push(input);
    }
  }
  void Close(MergeInput* input) {
    input->reader().AddDeleteSetTo(deletes_);
    if (!input->reader().ok()) status_.Update(input->reader().status());
    free_.push_back(input);
  }

  // Of a V1 update, the delete set begins at `position`.
  void AddDeletes(Bytes update, size_t position) {
    ByteReader in(update);
    in.Seek(position);
    deletes_.Add(in, DeleteSetFormat::kV1);
    if (!in.ok()) status_.Update(in.status());
  }

  const std::vector<Source>& sources_;
  const DecodeLimits& limits_;
  std::vector<Waiting> waiting_;  // those before `next_waiting_` are through
  size_t next_waiting_ = 0;
  MergeHeap open_;
  std::vector<std::unique_ptr<MergeInput>> inputs_;
  std::vector<MergeInput*> free_;  // of them
  SmallMergeInput small_;
  Output out_;
  DeleteSetUnion deletes_;
  bool sorted_ = true;
  absl::Status status_;
};

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
  absl::StatusOr<std::string> merged = Merge(sources, dialect, limits).Run(&sorted);
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
  merged = Merge(sources, dialect, limits).Run(&sorted);
  YPP_DCHECK(sorted);
  return merged;
}

}  // namespace ypp::codec
