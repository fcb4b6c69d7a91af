#include "bench/relay/author.h"

#include <random>

namespace ypp::bench {

Author::Author(ClientId client) {
  DocOptions options;
  options.client_id = client;
  doc_ = std::make_shared<Doc>(options);
  updates_ = doc_->OnUpdate([this](const UpdateEvent& event) { update_ = event.update; });
}

std::string Author::Type(int64_t now_ns) {
  sent_ns_.push_back(now_ns);
  doc_->GetText("text").Append("a").IgnoreError();
  return std::exchange(update_, {});
}

std::string Author::Replace(size_t size_bytes) {
  doc_->GetMap("map").Set("key", std::string(size_bytes, 'a')).IgnoreError();
  return std::exchange(update_, {});
}

std::string ScatteredDocument(size_t insertions) {
  constexpr std::string_view kWord = "word ";
  DocOptions options;
  options.client_id = 1;
  const auto doc = std::make_shared<Doc>(options);
  Text text = doc->GetText("text");
  std::mt19937 random(1);
  for (size_t i = 0; i < insertions; ++i) {
    text.Insert(random() % (text.length() + 1), kWord).IgnoreError();
  }
  return doc->EncodeUpdate();
}

}  // namespace ypp::bench
