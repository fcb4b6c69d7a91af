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
void Must(const absl::Status& status);

// As long as the ids that Yjs picks, which makes updates as long; ascending with the authors.
inline constexpr ClientId kFirstClient = 1'000'000'001;

// One author's document, with the types that scripts edit.
struct Replica {
  explicit Replica(uint32_t agent = 0)
      : doc(DocOptions{kFirstClient + agent}),
        text(doc.GetText("t")),
        array(doc.GetArray("a")),
        map(doc.GetMap("m")) {}

  void Make(const Script& script, const Edit& edit);
  // The step's edits as one transaction, without what it received.
  void Make(const Script& script, uint32_t step);
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
