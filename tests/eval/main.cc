// ypp-eval FILE...: runs recorded cases through the engine and prints what it does, one line of
// JSON per file.
#include <iostream>

#include "codec/json.h"
#include "tests/eval/evaluate.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: ypp-eval FILE...\n"
                 "Prints for each file, a case of format crdt-fixture/1, one line: the case with\n"
                 "every result replaced by what this engine does.\n";
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const ypp::Any answer = ypp::eval::EvaluateCaseFile(argv[i]);
    if (const ypp::Any* error = ypp::eval::Find(answer, "error")) {
      std::cerr << argv[i] << ": " << ypp::codec::ToJson(*error) << '\n';
    }
    std::cout << ypp::codec::ToJson(answer) << std::endl;
  }
  return std::cout ? 0 : 1;
}
