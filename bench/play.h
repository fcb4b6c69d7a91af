// Plays scripts on documents.
#ifndef YPP_BENCH_PLAY_H_
#define YPP_BENCH_PLAY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/script.h"
#include "crdt/doc.h"

namespace ypp::bench {

// Throws std::runtime_error with what went wrong.
[[noreturn]] void Fail(const absl::Status& status);
inline void Must(const absl::Status& status) {
  if (!status.ok()) Fail(status);
}

// As long as the ids that Yjs picks, which makes updates as long; ascending with the authors.
inline constexpr ClientId kFirstClient = 1'000'000'001;

// One author's document, with the types that scripts edit.
struct Replica {
  explicit Replica(uint32_t agent = 0)
      : doc(DocOptions{kFirstClient + agent}),
        text(doc.GetText("t")),
        array(doc.GetArray("a")),
        map(doc.GetMap("m")) {}

  void Make(const Script& script, const Edit& edit) {
    switch (edit.kind) {
      case EditKind::kText:
        if (edit.deleted > 0) Must(text.Delete(edit.position, edit.deleted));
        if (edit.end > edit.begin) Must(text.Insert(edit.position, script.text(edit)));
        break;
      case EditKind::kArray:
        Must(array.Insert(edit.position, script.values(edit)));
        break;
      case EditKind::kMap:
        Must(map.Set(script.text(edit), script.values(edit)[0]));
        break;
    }
  }
  // The step's edits as one transaction, without what it received.
  void Make(const Script& script, uint32_t step) {
    const auto edits = script.edits(step);
    if (edits.empty()) return;
    // A call outside a transaction is one by itself.
    const bool one_call =
        edits.size() == 1 && (edits[0].deleted == 0 || edits[0].end == edits[0].begin);
    if (one_call) {
      Make(script, edits[0]);
      return;
    }
    const Transaction transaction(doc);
    for (const Edit& edit : edits) Make(script, edit);
  }
  // Looks at everything, as the public benchmarks do at their end.
  size_t Read() const;
  int64_t length() const { return text.length() + int64_t{array.length()}; }

  Doc doc;
  Text text;
  Array array;
  Map map;
};

// Authors who send each other an update after each step and apply those that their script lets them
// receive. Who has taken the last step is gone, but for the first two.
class Session {
 public:
  explicit Session(const Script& script);

  void Run();
  // Of the first two authors.
  const Replica& replica(uint32_t agent) const { return authors_[agent]->replica; }
  // By step; of one that changed nothing, the empty update.
  std::vector<std::string>& updates() { return updates_; }

 private:
  struct Author {
    explicit Author(uint32_t agent) : replica(agent) {}
    Replica replica;
    Subscription updates;
  };

  Author& Arrive(uint32_t agent);

  const Script& script_;
  std::vector<uint32_t> last_step_;  // by author
  std::vector<std::unique_ptr<Author>> authors_;
  std::vector<std::string> updates_;
  uint32_t step_ = 0;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_PLAY_H_
