// Runs every recorded case of tests/fixtures and compares. Each passes, or is listed in
// not_passed.txt together with the reason; what passes and is listed is an error too, so that the
// list says what is so.
//
// YPP_FIXTURES_DIR names another folder with sets of cases (its list may be missing).
// YPP_FIXTURES_VERBOSE explains cases that are listed as well.
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
#include "tests/eval/without_results.h"

namespace ypp::eval {
namespace {

namespace fs = std::filesystem;

fs::path FixturesFolder() {
  const char* given = std::getenv("YPP_FIXTURES_DIR");
  return given == nullptr ? fs::path(YPP_FIXTURES_DIR) : fs::path(given);
}

bool Verbose() { return std::getenv("YPP_FIXTURES_VERBOSE") != nullptr; }

std::vector<fs::path> CaseFiles(const char* set) {
  std::vector<fs::path> files;
  const fs::path folder = FixturesFolder() / set;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || entry.path().stem() == "manifest") continue;
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// "case: reason", or for one input of a malformed set "case/number: reason". Lines that begin with
// # are for people.
std::set<std::string> NotPassed() {
  std::set<std::string> names;
  std::ifstream in(FixturesFolder() / "not_passed.txt");
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find(':')));
  }
  return names;
}

struct Tally {
  size_t total = 0;
  size_t passed = 0;
  size_t results = 0;
};

std::string Join(const std::vector<std::string>& lines, size_t limit) {
  std::string text;
  for (size_t i = 0; i < std::min(limit, lines.size()); ++i) text += lines[i] + "\n";
  if (lines.size() > limit) text += "… and " + std::to_string(lines.size() - limit) + " more\n";
  return text;
}

std::string Explain(const std::string& name, const Comparison& comparison) {
  constexpr size_t kShown = 5;
  return name + ": " + std::to_string(comparison.equal) + " equal, " +
         std::to_string(comparison.wrong.size()) + " wrong, " +
         std::to_string(comparison.missing.size()) + " missing\n" + Join(comparison.wrong, kShown) +
         "missing: " + Join(comparison.missing, kShown);
}

void RunSet(const char* set) {
  const std::set<std::string> not_passed = NotPassed();
  const std::vector<fs::path> files = CaseFiles(set);
  std::map<std::string, Tally> tallies;
  for (const fs::path& file : files) {
    const std::string name = file.stem().string();
    const Json recorded = ReadCaseFile(file.string());
    Tally& tally = tallies[NeedString(recorded, "kind")];
    for (const auto& [part, comparison] : CompareParts(name, recorded, EvaluateCaseFile(file))) {
      ++tally.total;
      tally.passed += comparison.passed() ? 1 : 0;
      tally.results += comparison.equal;
      EXPECT_NE(comparison.passed(), not_passed.contains(part)) << Explain(part, comparison);
      if (Verbose() && !comparison.passed()) std::cout << Explain(part, comparison);
    }
  }
  for (const auto& [kind, tally] : tallies) {
    std::cout << set << ' ' << kind << ": " << tally.passed << " of " << tally.total << " pass ("
              << tally.results << " results equal)\n";
  }
}

TEST(Fixtures, OfTheOpenSetPassOrAreListedWithTheReason) { RunSet("open"); }

TEST(Fixtures, OfTheMalformedSetPassOrAreListedWithTheReason) { RunSet("malformed"); }

// ypp-eval answers from the inputs of a case alone.
TEST(Fixtures, AreAnsweredTheSameWithoutTheirResults) {
  Results results = Results::kMissing;
  for (const fs::path& file : CaseFiles("open")) {
    const Json recorded = ReadCaseFile(file.string());
    const std::string folder = file.parent_path().string();
    const Json bare = EvaluateCase(WithoutResults(recorded, results), folder);
    EXPECT_EQ(Find(bare, "error"), nullptr) << file;
    const Comparison comparison = Compare(EvaluateCase(recorded, folder), bare);
    EXPECT_TRUE(comparison.passed()) << Explain(file.stem().string(), comparison);
    results = results == Results::kMissing ? Results::kNull : Results::kMissing;
  }
}

}  // namespace
}  // namespace ypp::eval
