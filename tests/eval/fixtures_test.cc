// Runs every recorded case of tests/fixtures and compares. tests/fixtures/passing.txt lists what is known to pass, so that nothing is
// lost again; what passes and is not listed is printed, so that the list grows.
#include <gtest/gtest.h>

#include <algorithm>
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
  size_t incomplete = 0;  // nothing wrong, but results missing that the engine does not have
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

void RunSet(const char* set) {
  constexpr size_t kShown = 5;
  const std::set<std::string> passing = ReadList("passing.txt");
  const bool verbose = std::getenv("YPP_FIXTURES_VERBOSE") != nullptr;
  std::map<std::string, Tally> tallies;
  std::set<std::string> seen;
  for (const fs::path& file : CaseFiles(set)) {
    const std::string name = file.stem().string();
    seen.insert(name);
    const Json recorded = ReadCaseFile(file.string());
    const Json answer = EvaluateCaseFile(file.string());
    const Comparison comparison = Compare(recorded, answer);
    Tally& tally = tallies[NeedString(recorded, "kind")];
    ++tally.total;
    if (comparison.passed()) {
      ++tally.passed;
      if (!passing.contains(name)) std::cout << "passes, not listed: " << name << '\n';
      continue;
    }
    ++(comparison.wrong.empty() ? tally.incomplete : tally.wrong);
    EXPECT_FALSE(passing.contains(name))
        << name << " is listed as passing: " << comparison.wrong.size() << " results differ, "
        << comparison.missing << " are missing (" << Missing(answer) << ")\n"
        << Join(comparison.wrong, kShown);
    if (verbose) {
      const Json* error = Find(answer, "error");
      std::cout << name << ": " << comparison.equal << " equal, " << comparison.wrong.size()
                << " wrong, " << comparison.missing << " missing; needs: " << Missing(answer) << "; "
                << (error == nullptr ? "" : AsString(*error)) << '\n'
                << Join(comparison.wrong, kShown);
    }
  }
  for (const auto& [kind, tally] : tallies) {
    std::cout << set << ' ' << kind << ": " << tally.passed << " of " << tally.total << " pass, "
              << tally.incomplete << " agree as far as they can be run, " << tally.wrong << " differ\n";
  }
  EXPECT_FALSE(seen.empty());
}

TEST(Fixtures, OfTheOpenSetThatAreListedPass) { RunSet("open"); }

TEST(Fixtures, OfTheMalformedSetThatAreListedPass) { RunSet("malformed"); }

TEST(Fixtures, ThatAreListedExist) {
  std::set<std::string> names;
  for (const char* set : {"open", "malformed"}) {
    for (const fs::path& file : CaseFiles(set)) names.insert(file.stem().string());
  }
  for (const std::string& name : ReadList("passing.txt")) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace ypp::eval
