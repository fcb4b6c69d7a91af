#include "bench/relay/author.h"

#include <utility>

namespace ypp::bench {

Author::Author(ClientId client) {
  DocOptions options;
  options.client_id = client;
  doc_ = std::make_shared<Doc>(options);
  updates_ = doc_->OnUpdate([this](const UpdateEvent& event) { update_ = event.update; });
}

std::string Author::Type(int64_t now_ns) {
  constexpr size_t kWord = 20;
  Text text = doc_->GetText("text");
  if (!has_others_) {
    place_ = text.length();
  } else if (sent_ns_.size() % kWord == 0) {
    place_ = random_() % (text.length() + 1);
  }
  sent_ns_.push_back(now_ns);
  text.Insert(place_++, "a").IgnoreError();
  return std::exchange(update_, {});
}

void Author::Take(std::string_view update) {
  doc_->ApplyUpdate(update).IgnoreError();
  update_.clear();
  has_others_ = true;
}

std::string Author::Replace(size_t size_bytes) {
  doc_->GetMap("map").Set("key", std::string(size_bytes, 'a')).IgnoreError();
  return std::exchange(update_, {});
}

ScatteredText::ScatteredText() {
  DocOptions options;
  options.client_id = 1;
  doc_ = std::make_shared<Doc>(options);
}

std::string ScatteredText::Grow(size_t insertions) {
  const StateVector before = doc_->GetStateVector();
  Text text = doc_->GetText("text");
  for (size_t i = 0; i < insertions; ++i) {
    text.Insert(random_() % (text.length() + 1), "word ").IgnoreError();
  }
  return doc_->EncodeUpdate(before);
}

}  // namespace ypp::bench
