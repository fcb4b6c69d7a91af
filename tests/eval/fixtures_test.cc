// Runs every recorded case of tests/fixtures and compares, so that nothing is lost again that was
// right once:
//   passing.txt   cases that pass: every result is as recorded
//   agreeing.txt  cases that ask for something the engine does not have, and of which everything
//   else is as recorded
// What does better than its list says is printed, so that the lists grow. With YPP_FIXTURES_VERBOSE
// set, every case that does not pass is explained.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "codec/json.h"
#include "tests/eval/compare.h"
#include "tests/eval/evaluate.h"

namespace ypp::eval {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = YPP_FIXTURES_DIR;

std::vector<fs::path> CaseFiles(const char* set) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFixtures / set)) {
    if (entry.path().extension() != ".json" || entry.path().stem() == "manifest") continue;
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// One name per line; empty lines and lines that begin with # are for people.
std::set<std::string> ReadList(const char* name) {
  std::set<std::string> names;
  std::ifstream in(kFixtures / name);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') names.insert(line);
  }
  return names;
}

struct Tally {
  size_t total = 0;
  size_t passed = 0;
  size_t whole =
      0;  // nothing wrong; every step could be run, only some looks at the documents are missing
  size_t partly = 0;  // nothing wrong, as far as the steps could be run
  size_t wrong = 0;
};

// What a case asked for that the engine does not have.
std::string Missing(const Json& answer) {
  std::string names;
  for (const Json& what : ArrayOrEmpty(answer, "unsupported")) {
    names += (names.empty() ? "" : ", ") + AsString(what);
  }
  return names;
}

std::string Join(const std::vector<std::string>& lines, size_t limit) {
  std::string text;
  for (size_t i = 0; i < std::min(limit, lines.size()); ++i) text += lines[i] + "\n";
  if (lines.size() > limit) text += "… and " + std::to_string(lines.size() - limit) + " more\n";
  return text;
}

class Runner {
 public:
  void Run(const fs::path& file) {
    const std::string name = file.stem().string();
    const Json recorded = ReadCaseFile(file.string());
    const Json answer = EvaluateCaseFile(file.string());
    const Comparison comparison = Compare(recorded, answer);
    Count(comparison, answer, &tallies_[NeedString(recorded, "kind")]);

    EXPECT_TRUE(comparison.passed() || !passing_.contains(name))
        << Explain(name, comparison, answer);
    EXPECT_TRUE(comparison.wrong.empty() || !agreeing_.contains(name))
        << Explain(name, comparison, answer);
    if (comparison.passed() && !passing_.contains(name)) {
      std::cout << "not listed in passing.txt: " << name << '\n';
    } else if (!comparison.passed() && comparison.wrong.empty() && !agreeing_.contains(name)) {
      std::cout << "not listed in agreeing.txt: " << name << '\n';
    } else if (!comparison.passed() && std::getenv("YPP_FIXTURES_VERBOSE") != nullptr) {
      std::cout << Explain(name, comparison, answer);
    }
  }

  void PrintTallies(const char* set) const {
    for (const auto& [kind, tally] : tallies_) {
      std::cout << set << ' ' << kind << ": " << tally.passed << " of " << tally.total << " pass; "
                << tally.whole << " run whole and agree but for looks the engine lacks, "
                << tally.partly << " agree as far as they can be run, " << tally.wrong
                << " differ\n";
    }
  }

  bool ran() const { return !tallies_.empty(); }

 private:
  static void Count(const Comparison& comparison, const Json& answer, Tally* tally) {
    ++tally->total;
    if (!comparison.wrong.empty()) {
      ++tally->wrong;
    } else if (comparison.missing == 0) {
      ++tally->passed;
    } else {
      ++(Find(answer, "error") == nullptr ? tally->whole : tally->partly);
    }
  }

  static std::string Explain(const std::string& name, const Comparison& comparison,
                             const Json& answer) {
    constexpr size_t kShown = 5;
    return name + ": " + std::to_string(comparison.equal) + " equal, " +
           std::to_string(comparison.wrong.size()) + " wrong, " +
           std::to_string(comparison.missing) + " missing; lacks: " + Missing(answer) + "\n" +
           Join(comparison.wrong, kShown);
  }

  const std::set<std::string> passing_ = ReadList("passing.txt");
  const std::set<std::string> agreeing_ = ReadList("agreeing.txt");
  std::map<std::string, Tally> tallies_;
};

void RunSet(const char* set) {
  Runner runner;
  for (const fs::path& file : CaseFiles(set)) runner.Run(file);
  runner.PrintTallies(set);
  EXPECT_TRUE(runner.ran());
}

TEST(Fixtures, OfTheOpenSetAreAsGoodAsListed) { RunSet("open"); }

TEST(Fixtures, OfTheMalformedSetAreAsGoodAsListed) { RunSet("malformed"); }

TEST(Fixtures, ThatAreListedExist) {
  std::set<std::string> names;
  for (const char* set : {"open", "malformed"}) {
    for (const fs::path& file : CaseFiles(set)) names.insert(file.stem().string());
  }
  for (const char* list : {"passing.txt", "agreeing.txt"}) {
    for (const std::string& name : ReadList(list)) EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace ypp::eval
