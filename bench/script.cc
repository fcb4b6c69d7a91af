#include "bench/script.h"

#include <algorithm>
#include <utility>

#include "bench/wide_characters.h"

namespace ypp::bench {
void Script::BeginStep(uint32_t agent, std::span<const uint32_t> received) {
  steps_.push_back(
      {agent, static_cast<uint32_t>(edits_.size()), static_cast<uint32_t>(received_.size())});
  received_.insert(received_.end(), received.begin(), received.end());
  agents_ = std::max(agents_, agent + 1);
}

void Script::EditText(uint32_t position, uint32_t deleted, std::string_view inserted) {
  const auto begin = static_cast<uint32_t>(characters_.size());
  characters_ += inserted;
  edits_.push_back(
      {EditKind::kText, position, deleted, begin, static_cast<uint32_t>(characters_.size()), 0});
  length_ += static_cast<int64_t>(Utf16Length(inserted)) - deleted;
}

void Script::InsertValues(uint32_t position, std::vector<Value> values) {
  length_ += static_cast<int64_t>(values.size());
  edits_.push_back({EditKind::kArray, position, 0, 0, 0, static_cast<uint32_t>(values_.size())});
  values_.push_back(std::move(values));
}

void Script::SetKey(std::string_view key, Value value) {
  const auto begin = static_cast<uint32_t>(characters_.size());
  characters_ += key;
  edits_.push_back({EditKind::kMap, 0, 0, begin, static_cast<uint32_t>(characters_.size()),
                    static_cast<uint32_t>(values_.size())});
  values_.push_back({std::move(value)});
}

std::span<const uint32_t> Script::received(uint32_t step) const {
  const size_t end = step + 1 < steps_.size() ? steps_[step + 1].received_begin : received_.size();
  return {received_.data() + steps_[step].received_begin, received_.data() + end};
}

}  // namespace ypp::bench
