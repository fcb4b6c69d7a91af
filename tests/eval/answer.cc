#include "tests/eval/answer.h"

#include <utility>

#include "codec/json.h"
#include "tests/eval/bytes_text.h"

namespace ypp::eval {

Blobs::Blobs(const Json& case_json) {
  for (const Json& blob : ArrayOrEmpty(case_json, "blobs")) {
    blobs_.push_back(FromBase64(AsString(blob)));
    index_.emplace(blobs_.back(), blobs_.size() - 1);
  }
}

const std::string& Blobs::Get(const Json& index) const {
  const uint64_t i = AsUint(index);
  if (i >= blobs_.size()) throw CaseError("no blob " + std::to_string(i));
  return blobs_[i];
}

Json Blobs::Add(std::string_view bytes) {
  const auto [it, added] = index_.emplace(std::string(bytes), blobs_.size());
  if (added) blobs_.emplace_back(bytes);
  return Json(static_cast<uint64_t>(it->second));
}

Json Blobs::ToJson() const {
  Any::Array list;
  for (const std::string& blob : blobs_) list.emplace_back(ToBase64(blob));
  return list;
}

Json States::Add(Json content) {
  const auto [it, added] = index_.emplace(codec::ToJson(content), states_.size());
  if (added) states_.push_back(std::move(content));
  return Json(static_cast<uint64_t>(it->second));
}

}  // namespace ypp::eval
