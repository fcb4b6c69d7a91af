// Compares what ypp-eval answered with what a case recorded, by meaning: indices of byte strings
// and contents are resolved, members of objects stand in any order, emitted updates are brought
// into one form, and what the format leaves free is left out.
#ifndef YPP_TESTS_EVAL_COMPARE_H_
#define YPP_TESTS_EVAL_COMPARE_H_

#include <string>
#include <utility>
#include <vector>

#include "tests/eval/json_access.h"

namespace ypp::eval {

struct Comparison {
  size_t equal = 0;                  // results that are as recorded
  std::vector<std::string> missing;  // recorded results that the answer does not have
  std::vector<std::string> wrong;    // results that differ: where, expected, got

  bool passed() const { return wrong.empty() && missing.empty(); }
};

Comparison Compare(const Json& recorded, const Json& answer);

// The parts of a case that pass or fail by themselves: a case named `name` as a whole, but of a
// malformed set each input, as `name/number`.
std::vector<std::pair<std::string, Comparison>> CompareParts(const std::string& name,
                                                             const Json& recorded,
                                                             const Json& answer);

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_COMPARE_H_
