// ypp's side of bench/compare: tells what there is to measure, writes the inputs as files, and
// measures ypp and the floors, in the way in which each peer's program does.
//
//   ypp-compare list [TRACES]           the rows, as JSON lines
//   ypp-compare write NAME N PREFIX [TRACES]
//                                       the input as files (input_files.h)
//   ypp-compare ypp|floor MEASURE PREFIX
//                                       prints "ready", then for each line on standard input one
//                                       measured value; exit status 3 when it cannot measure this
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "bench/input_files.h"
#include "bench/inputs.h"
#include "bench/measures.h"
#include "bench/rows.h"
#include "codec/json.h"

namespace ypp::bench {
namespace {

constexpr int kCannotMeasure = 3;

void List(bool recordings) {
  for (const Row& row : Rows(recordings, UINT32_MAX)) {
    Any::Array goals;
    for (const Goal& goal : row.goals) {
      goals.push_back(Any::Object{{"reference", goal.reference}, {"ratio", goal.ratio}});
    }
    std::cout << codec::ToJson(Any::Object{{"work", row.work},
                                           {"measure", row.measure},
                                           {"input", row.input},
                                           {"n", row.n},
                                           {"unit", UnitOf(row.measure)},
                                           {"goals", std::move(goals)}})
              << '\n';
  }
}

int Run(const std::string& peer, const std::string& name, const std::string& prefix) {
  Input input = ReadInput(prefix);
  const Measure measure = peer == "floor" ? PrepareFloor(name, input) : PrepareMeasure(name, input);
  if (measure == nullptr) return kCannotMeasure;
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << std::to_string(measure().value) << std::endl;
  }
  return 0;
}

int Main(const std::vector<std::string>& arguments) {
  const size_t count = arguments.size();
  const std::string verb = count > 0 ? arguments[0] : "";
  if (verb == "list" && count <= 2) {
    List(count == 2);
  } else if (verb == "write" && (count == 4 || count == 5)) {
    Input input = MakeInput(arguments[1], static_cast<uint32_t>(std::stoul(arguments[2])),
                            count == 5 ? arguments[4] : "");
    WriteInput(input, arguments[3]);
  } else if ((verb == "ypp" || verb == "floor") && count == 3) {
    return Run(verb, arguments[1], arguments[2]);
  } else {
    std::cerr
        << "usage: ypp-compare list [TRACES] | write NAME N PREFIX [TRACES] | ypp|floor MEASURE "
           "PREFIX\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace ypp::bench

int main(int argc, char** argv) {
  try {
    return ypp::bench::Main({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "ypp-compare: " << error.what() << '\n';
    return 1;
  }
}
