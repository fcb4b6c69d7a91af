// What one case is answered with: the tables of byte strings and contents that results point into.
#ifndef YPP_TESTS_EVAL_ANSWER_H_
#define YPP_TESTS_EVAL_ANSWER_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/byte_reader.h"
#include "tests/eval/json_access.h"
#include "tests/eval/write_bytes.h"

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

struct Answer {
  explicit Answer(const Json& case_json) : blobs(case_json) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  Blobs blobs;
  States states;
  const WriteBytes write = [this](std::string_view bytes) { return blobs.Add(bytes); };
};

}  // namespace ypp::eval

#endif  // YPP_TESTS_EVAL_ANSWER_H_
