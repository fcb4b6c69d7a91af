// What one case is answered with: the tables of byte strings and contents that results point into,
// and the list of what had to be left out because the engine does not have it.
#ifndef YPP_TESTS_EVAL_ANSWER_H_
#define YPP_TESTS_EVAL_ANSWER_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/byte_reader.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

// Starts with the blobs of the case, so that its indices stay valid, and grows. Equal blobs added
// share an index.
class Blobs {
 public:
  Blobs() = default;
  explicit Blobs(const Json& case_json);

  // Throws CaseError for an index that points nowhere.
  const std::string& Get(const Json& index) const;
  Json Add(std::string_view bytes);
  Json ToJson() const;

 private:
  std::vector<std::string> blobs_;
  std::unordered_map<std::string, size_t> index_;
};

// Contents of documents. Starts empty: the states of the case are results and never read.
class States {
 public:
  Json Add(Json content);
  Json ToJson() const { return states_; }

 private:
  Any::Array states_;
  std::unordered_map<std::string, size_t> index_;  // by their JSON text
};

class Answer {
 public:
  explicit Answer(const Json& case_json) : blobs(case_json) {}

  // Runs `part`; if the engine lacks what it needs, that is noted and the part stays undone.
  void Try(const std::function<void()>& part);
  // The case could not be run to its end: its later results would mean nothing.
  void Stop(std::string_view why) { stopped_ = why; }

  const std::set<std::string>& unsupported() const { return unsupported_; }
  const std::string& stopped() const { return stopped_; }

  Blobs blobs;
  States states;

 private:
  std::set<std::string> unsupported_;
  std::string stopped_;
};

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_ANSWER_H_
