#include "tests/eval/trace.h"

#include <unistd.h>
#include <zlib.h>

#include <set>
#include <utility>

#include "codec/json.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {
namespace {

std::string ReadFile(const std::string& path) {
  // zlib reads files that are not compressed as they are.
  const gzFile file = path == "-" ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path.c_str(), "rb");
  if (file == nullptr) throw CaseError("cannot open " + path);
  std::string text;
  char buffer[1 << 16];
  int got = 0;
  while ((got = gzread(file, buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<size_t>(got));
  const bool closed = gzclose(file) == Z_OK;
  if (got < 0 || !closed) throw CaseError("cannot read " + path);
  return text;
}

TracePatch PatchOf(const Json& json) {
  const Any::Array& parts = AsArray(json);
  if (parts.size() != 3) throw CaseError("not a patch");
  TracePatch patch{AsIndex(parts[0]), AsIndex(parts[1]), AsString(parts[2])};
  // Code points are UTF-16 units as long as none lies above U+FFFF, where UTF-8 has four bytes.
  for (const char c : patch.inserted) {
    if (static_cast<unsigned char>(c) >= 0xF0) throw CaseError("text above U+FFFF");
  }
  return patch;
}

// Which transactions each author has.
class Receiver {
 public:
  Receiver(const Any::Array& transactions, uint32_t agents)
      : transactions_(transactions), has_(agents, std::vector<bool>(transactions.size())) {}

  // What reaches the author of transaction `number` for it to be made.
  std::vector<uint32_t> Receive(uint32_t agent, uint32_t number) {
    std::vector<bool>& has = has_[agent];
    std::set<uint32_t> wanted;  // ascending: no transaction comes before its parents
    std::vector<uint32_t> todo = {number};
    while (!todo.empty()) {
      const uint32_t child = todo.back();
      todo.pop_back();
      for (const Json& parent : NeedArray(transactions_[child], "parents")) {
        const uint32_t parent_number = AsIndex(parent);
        if (parent_number >= child) throw CaseError("a parent that does not exist yet");
        if (!has[parent_number] && wanted.insert(parent_number).second) {
          todo.push_back(parent_number);
        }
      }
    }
    for (const uint32_t got : wanted) has[got] = true;
    has[number] = true;
    return {wanted.begin(), wanted.end()};
  }

 private:
  const Any::Array& transactions_;
  std::vector<std::vector<bool>> has_;
};

}  // namespace

Trace ReadTrace(const std::string& path) {
  const absl::StatusOr<Any> json = codec::ParseJson(ReadFile(path));
  if (!json.ok()) throw CaseError("no JSON: " + json.status().ToString());
  Trace trace;
  trace.end_text = NeedString(*json, "endContent");
  const bool concurrent =
      Find(*json, "kind") != nullptr && NeedString(*json, "kind") == "concurrent";
  if (concurrent) trace.agents = NeedIndex(*json, "numAgents");
  const Any::Array& transactions = NeedArray(*json, "txns");
  Receiver receiver(transactions, trace.agents);
  trace.transactions.reserve(transactions.size());
  for (uint32_t number = 0; number < transactions.size(); ++number) {
    TraceTransaction transaction;
    if (concurrent) {
      transaction.agent = NeedIndex(transactions[number], "agent");
      if (transaction.agent >= trace.agents) throw CaseError("a person that does not exist");
      transaction.received = receiver.Receive(transaction.agent, number);
    }
    for (const Json& patch : NeedArray(transactions[number], "patches")) {
      transaction.patches.push_back(PatchOf(patch));
    }
    trace.transactions.push_back(std::move(transaction));
  }
  return trace;
}

}  // namespace ypp::eval
