// A document of a case together with a log of the updates it emitted.
#ifndef YPP_TESTS_EVAL_REPLICA_H_
#define YPP_TESTS_EVAL_REPLICA_H_

#include <string>
#include <string_view>
#include <vector>

#include "crdt/doc.h"
#include "tests/eval/answer.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

// The origin of everything that is applied and not made here.
inline constexpr char kRemoteOrigin[] = "remote";

UpdateFormat FormatOf(const Json& step);  // by its member `enc`

class Replica {
 public:
  Replica(ClientId client, bool gc);
  // The subscriptions point here.
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  Doc& doc() { return doc_; }
  const Doc& doc() const { return doc_; }

  absl::Status Apply(std::string_view update, UpdateFormat format) {
    return doc_.ApplyUpdate(update, kRemoteOrigin, format);
  }

  struct Emit {
    std::string v1;
    std::string v2;
    bool remote;
  };
  // Since the last call.
  std::vector<Emit> TakeEmits();
  // The same as [{v1, v2, remote}, …].
  Json TakeEmits(Answer& answer);

 private:
  Doc doc_;
  std::vector<Emit> emits_;
  Subscription on_v1_;
  Subscription on_v2_;
};

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_REPLICA_H_
