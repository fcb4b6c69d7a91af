#include "bench/public_set.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ypp::bench {
namespace {

class Random {
 public:
  // Both ends are possible.
  uint32_t Between(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(engine_);
  }
  bool Bool() { return Between(0, 1) == 1; }
  std::string Word(uint32_t shortest, uint32_t longest) {
    std::string word(Between(shortest, longest), ' ');
    for (char& c : word) c = static_cast<char>('a' + Between(0, 25));
    return word;
  }
  Value Number() { return Between(0, 0x7fffffff); }

 private:
  std::mt19937 engine_{1};
};

std::vector<uint32_t> AllSteps(const Script& script) {
  std::vector<uint32_t> steps(script.steps());
  std::iota(steps.begin(), steps.end(), 0);
  return steps;
}

// B1: author 0 writes, author 1 receives everything in the end.
struct OneWriter {
  Script script;
  Random random;
  uint32_t length = 0;

  void Step(uint32_t position, uint32_t deleted, std::string_view inserted) {
    script.BeginStep(0);
    script.EditText(position, deleted, inserted);
    length += static_cast<uint32_t>(inserted.size()) - deleted;
  }
  void Step(uint32_t position, std::vector<Value> values) {
    length += static_cast<uint32_t>(values.size());
    script.BeginStep(0);
    script.InsertValues(position, std::move(values));
  }
  void InsertOrDelete() {
    const uint32_t position = random.Between(0, length);
    if (position == length || random.Bool()) {
      Step(position, 0, random.Word(2, 10));
    } else {
      Step(position, random.Between(1, std::min(9U, length - position)), "");
    }
  }
  std::vector<Value> Numbers(uint32_t count) {
    std::vector<Value> numbers;
    for (uint32_t i = 0; i < count; ++i) numbers.push_back(random.Number());
    return numbers;
  }
};

Script OneWriterScript(std::string_view name, uint32_t n) {
  OneWriter one;
  const auto times = [n](auto step) {
    for (uint32_t i = 0; i < n; ++i) step();
  };
  const auto anywhere = [&] { return one.random.Between(0, one.length); };
  if (name == "B1.1") {
    times([&] { one.Step(one.length, 0, one.random.Word(1, 1)); });
  } else if (name == "B1.2") {
    one.Step(0, 0, one.random.Word(n, n));
  } else if (name == "B1.3") {
    times([&] { one.Step(0, 0, one.random.Word(1, 1)); });
  } else if (name == "B1.4") {
    times([&] { one.Step(anywhere(), 0, one.random.Word(1, 1)); });
  } else if (name == "B1.5") {
    times([&] { one.Step(anywhere(), 0, one.random.Word(2, 10)); });
  } else if (name == "B1.6") {
    one.Step(0, 0, one.random.Word(n, n));
    one.Step(0, n, "");
  } else if (name == "B1.7") {
    times([&] { one.InsertOrDelete(); });
  } else if (name == "B1.8") {
    times([&] { one.Step(one.length, one.Numbers(1)); });
  } else if (name == "B1.9") {
    one.Step(0, one.Numbers(n));
  } else if (name == "B1.10") {
    times([&] { one.Step(0, one.Numbers(1)); });
  } else if (name == "B1.11") {
    times([&] { one.Step(anywhere(), one.Numbers(1)); });
  } else {
    throw std::runtime_error("no such input: " + std::string(name));
  }
  one.script.BeginStep(1, AllSteps(one.script));
  return one.script;
}

// B2: both start from the same 100 characters; each author's edits are one transaction, meant for
// those 100 characters and the author's own edits.
struct TwoWriters {
  Script script;
  Random random;

  void Insert(uint32_t* length, uint32_t position, const std::string& word) {
    script.EditText(position, 0, word);
    *length += static_cast<uint32_t>(word.size());
  }
  void Word(uint32_t* length, uint32_t shortest, uint32_t longest) {
    const uint32_t position = random.Between(0, *length);
    Insert(length, position, random.Word(shortest, longest));
  }
  void WordThenMaybeDelete(uint32_t* length) {
    const uint32_t position = random.Between(0, *length);
    Insert(length, position, random.Word(3, 9));
    if (position == *length || random.Bool()) {
      Insert(length, position, random.Word(2, 10));
    } else {
      const uint32_t deleted = random.Between(1, std::min(9U, *length - position));
      script.EditText(position, deleted, "");
      *length -= deleted;
    }
  }
};

Script TwoWritersScript(std::string_view name, uint32_t n) {
  constexpr uint32_t kStart = 100;
  TwoWriters two;
  two.script.BeginStep(0);
  two.script.EditText(0, 0, two.random.Word(kStart, kStart));
  for (uint32_t author = 0; author < 2; ++author) {
    // As the set has it: the second author receives the first one's transaction before writing.
    const std::vector<uint32_t> known = {0, 1};
    two.script.BeginStep(
        author, author == 1 ? std::span<const uint32_t>(known) : std::span<const uint32_t>());
    uint32_t length = kStart;
    if (name == "B2.1") two.Insert(&length, 0, two.random.Word(n, n));
    for (uint32_t i = 0; i < n && name != "B2.1"; ++i) {
      if (name == "B2.2") two.Word(&length, 1, 1);
      if (name == "B2.3") two.Word(&length, 3, 9);
      if (name == "B2.4") two.WordThenMaybeDelete(&length);
    }
  }
  const std::vector<uint32_t> last = {2};
  two.script.BeginStep(0, last);
  return two.script;
}

Script ManyWritersScript(std::string_view name, uint32_t n) {
  const uint32_t authors = 20 * static_cast<uint32_t>(std::sqrt(n));
  Script script;
  for (uint32_t i = 0; i < authors; ++i) {
    script.BeginStep(i);
    const std::string number = std::to_string(i);
    if (name == "B3.1") {
      script.SetKey("v", i);
    } else if (name == "B3.2") {
      script.SetKey("v", Any(Any::Object{{"name", number}, {"address", "here"}}));
    } else if (name == "B3.3") {
      std::string repeated;
      for (uint32_t k = 0; k < authors; ++k) repeated += number;
      script.SetKey("v", repeated);
    } else if (name == "B3.4") {
      script.InsertValues(0, {number});
    } else {
      script.EditText(0, 0, number);
    }
  }
  return script;
}

}  // namespace

Script PublicScript(std::string_view name, uint32_t n) {
  if (name.substr(0, 2) == "B1") return OneWriterScript(name, n);
  if (name >= "B2.1" && name <= "B2.4") return TwoWritersScript(name, n);
  if (name >= "B3.1" && name <= "B3.5") return ManyWritersScript(name, n);
  throw std::runtime_error("no such input: " + std::string(name));
}

}  // namespace ypp::bench
