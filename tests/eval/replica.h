// A document of a case together with a log of the updates it emitted.
#ifndef YPP_TESTS_EVAL_REPLICA_H_
#define YPP_TESTS_EVAL_REPLICA_H_

#include <string>
#include <string_view>
#include <vector>

#include "crdt/doc.h"
#include "tests/eval/json_access.h"
#include "tests/eval/write_bytes.h"

namespace ypp::eval {

// The origin of everything that is applied and not made here.
inline constexpr char kRemoteOrigin[] = "remote";

UpdateFormat FormatOf(const Json& step);  // by its member `enc`

class Replica {
 public:
  explicit Replica(const DocOptions& options);
  Replica(ClientId client, bool gc) : Replica(DocOptions{client, gc}) {}
  // The subscriptions point here.
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  Doc& doc() { return doc_; }
  const Doc& doc() const { return doc_; }

  absl::Status Apply(std::string_view update, UpdateFormat format) {
    return doc_.ApplyUpdate(update, kRemoteOrigin, format);
  }

  // What was emitted since the last call: [{v1, v2, remote}, …].
  Json TakeEmits(const WriteBytes& write);

 private:
  struct Emit {
    std::string v1;
    std::string v2;
    bool remote;
  };

  Doc doc_;
  std::vector<Emit> emits_;
  Subscription on_v1_;
  Subscription on_v2_;
};

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_REPLICA_H_
