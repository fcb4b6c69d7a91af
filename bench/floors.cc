// What nobody can do without: moving the characters, copying the bytes, reading the structs.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/measures.h"
#include "bench/stopwatch.h"
#include "codec/update_reader.h"

namespace ypp::bench {
namespace {

// Text with a gap where the last edit was.
class GapBuffer {
 public:
  void Replace(size_t position, size_t deleted, std::string_view inserted) {
    MoveGap(position);
    gap_end_ += deleted;
    if (gap_end_ - gap_begin_ < inserted.size()) Grow(inserted.size());
    std::memcpy(buffer_.data() + gap_begin_, inserted.data(), inserted.size());
    gap_begin_ += inserted.size();
  }
  size_t size() const { return buffer_.size() - (gap_end_ - gap_begin_); }

 private:
  void MoveGap(size_t position) {
    char* data = buffer_.data();
    if (position < gap_begin_) {
      const size_t moved = gap_begin_ - position;
      std::memmove(data + gap_end_ - moved, data + position, moved);
      gap_begin_ -= moved;
      gap_end_ -= moved;
    } else if (position > gap_begin_) {
      const size_t moved = position - gap_begin_;
      std::memmove(data + gap_begin_, data + gap_end_, moved);
      gap_begin_ += moved;
      gap_end_ += moved;
    }
  }
  void Grow(size_t least) {
    const size_t more = buffer_.size() + least;
    const size_t behind = buffer_.size() - gap_end_;
    buffer_.resize(buffer_.size() + more);
    std::memmove(buffer_.data() + buffer_.size() - behind, buffer_.data() + gap_end_, behind);
    gap_end_ = buffer_.size() - behind;
  }

  std::vector<char> buffer_ = std::vector<char>(1 << 12);
  size_t gap_begin_ = 0;
  size_t gap_end_ = buffer_.size();
};

// Counts in bytes what the script counts in UTF-16 units: the same work but for a few characters.
Measure TypeIntoGapBuffer(Input& input) {
  const Script& script = input.script;
  for (uint32_t step = 0; step < script.steps(); ++step) {
    const auto edits = script.edits(step);
    const bool text_alone = std::all_of(
        edits.begin(), edits.end(), [](const Edit& edit) { return edit.kind == EditKind::kText; });
    if (!text_alone) return nullptr;
  }
  return [&script] {
    const Stopwatch stopwatch;
    GapBuffer buffer;
    for (uint32_t step = 0; step < script.steps(); ++step) {
      for (const Edit& edit : script.edits(step)) {
        buffer.Replace(edit.position, edit.deleted, script.text(edit));
      }
    }
    return Sample{stopwatch.ms(), buffer.size()};
  };
}

Measure CopyState(Input& input) {
  input.MakeUpdates();
  return [&state = input.v1] {
    const Stopwatch stopwatch;
    const std::unique_ptr<char[]> copy(new char[state.size()]);
    std::memcpy(copy.get(), state.data(), state.size());
    const double ms = stopwatch.ms();
    return Sample{ms, copy[state.size() / 2] == state[state.size() / 2] ? state.size() : 0};
  };
}

// Every struct, and the delete set, into arrays.
void Decode(const std::string& update, std::vector<codec::StructView>* structs,
            DeleteSet* deletes) {
  codec::UpdateReader reader(codec::AsBytes(update), codec::Dialect::kV1);
  codec::UpdateReader::Section section;
  while (reader.NextSection(&section)) {
    codec::StructView view;
    while (reader.NextStruct(&view)) structs->push_back(view);
  }
  *deletes = reader.ReadDeleteSet();
  if (!reader.ok()) throw std::runtime_error(reader.status().ToString());
}

Measure DecodeState(Input& input) {
  input.MakeUpdates();
  return [&state = input.v1] {
    const Stopwatch stopwatch;
    std::vector<codec::StructView> structs;
    DeleteSet deletes;
    Decode(state, &structs, &deletes);
    return Sample{stopwatch.ms(), state.size()};
  };
}

Measure DecodeUpdates(Input& input) {
  input.MakeUpdates();
  return [&updates = input.updates] {
    const Stopwatch stopwatch;
    std::vector<codec::StructView> structs;
    DeleteSet deletes;
    for (const std::string& update : updates) {
      structs.clear();
      Decode(update, &structs, &deletes);
    }
    return Sample{stopwatch.ms(), updates.size()};
  };
}

}  // namespace

Measure PrepareFloor(std::string_view name, Input& input) {
  static const std::map<std::string_view, Measure (*)(Input&)> floors = {
      {"replay", TypeIntoGapBuffer}, {"replay-one", TypeIntoGapBuffer}, {"encode-v1", CopyState},
      {"load-v1", DecodeState},      {"apply", DecodeUpdates},
  };
  const auto found = floors.find(name);
  return found == floors.end() ? nullptr : found->second(input);
}

}  // namespace ypp::bench
