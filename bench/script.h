// A script: what authors do, step by step, in a form that costs nothing to walk over. Each step is
// one transaction of one author, made after the author received some steps of the others.
#ifndef YPP_BENCH_SCRIPT_H_
#define YPP_BENCH_SCRIPT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/any.h"
#include "crdt/value.h"

namespace ypp::bench {

enum class EditKind : uint32_t { kText, kArray, kMap };

struct Edit {
  EditKind kind = EditKind::kText;
  uint32_t position = 0;  // UTF-16 units
  uint32_t deleted = 0;
  // Where the inserted text, or the key of a map, lies among the script's characters.
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t values = 0;  // number of a list of values
};

class Script {
 public:
  // Step by step: BeginStep, then the step's edits.
  void BeginStep(uint32_t agent, std::span<const uint32_t> received = {});
  void EditText(uint32_t position, uint32_t deleted, std::string_view inserted);
  void InsertValues(uint32_t position, std::vector<Value> values);
  void SetKey(std::string_view key, Value value);

  uint32_t agents() const { return agents_; }
  uint32_t steps() const { return static_cast<uint32_t>(steps_.size()); }
  uint32_t agent(uint32_t step) const { return steps_[step].agent; }
  std::span<const uint32_t> received(uint32_t step) const;
  std::span<const Edit> edits(uint32_t step) const {
    const size_t end = step + 1 < steps_.size() ? steps_[step + 1].edits_begin : edits_.size();
    return {edits_.data() + steps_[step].edits_begin, edits_.data() + end};
  }
  std::string_view text(const Edit& edit) const {
    return {characters_.data() + edit.begin, edit.end - edit.begin};
  }
  const std::vector<Value>& values(const Edit& edit) const { return values_[edit.values]; }

  // UTF-16 units of the text, or elements of the array, after all steps. With several authors it is
  // what set_length was told, for two may delete the same.
  int64_t length() const { return length_; }
  void set_length(int64_t length) { length_ = length; }

 private:
  struct Step {
    uint32_t agent = 0;
    uint32_t edits_begin = 0;
    uint32_t received_begin = 0;
  };

  std::vector<Step> steps_;
  std::vector<Edit> edits_;
  std::vector<uint32_t> received_;
  std::string characters_;
  std::vector<std::vector<Value>> values_;
  uint32_t agents_ = 0;
  int64_t length_ = 0;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_SCRIPT_H_
