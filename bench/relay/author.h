// Those who write: one who types, one character per update, and knows when each was sent (the
// character's clock tells it apart in whatever update it arrives), and one who writes a lot.
#ifndef YPP_BENCH_RELAY_AUTHOR_H_
#define YPP_BENCH_RELAY_AUTHOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/id.h"
#include "crdt/doc.h"

namespace ypp::bench {

class Author {
 public:
  explicit Author(ClientId client);

  // The next character's update; it counts as sent now. At the end of the text, or when there is
  // something of others, in words at random places of that.
  std::string Type(int64_t now_ns);
  void Take(std::string_view update);
  // An update that puts so many bytes in the place of those of the one before, so that the document
  // does not grow.
  std::string Replace(size_t size_bytes);

  ClientId client() const { return doc_->client_id(); }
  uint32_t typed() const { return static_cast<uint32_t>(sent_ns_.size()); }
  int64_t sent_ns(uint32_t clock) const { return sent_ns_[clock]; }

 private:
  std::shared_ptr<Doc> doc_;
  Subscription updates_;
  std::string update_;
  std::vector<int64_t> sent_ns_;  // by clock
  bool has_others_ = false;
  size_t place_ = 0;  // of the next character, where there are others
  std::mt19937 random_{1};
};

// A text that grows by words at random places: as many structs as a document can have.
class ScatteredText {
 public:
  ScatteredText();

  // As an update: what these insertions added.
  std::string Grow(size_t insertions);
  // Of the whole document as an update.
  size_t size_bytes() const { return doc_->EncodeUpdate().size(); }

 private:
  std::shared_ptr<Doc> doc_;
  std::mt19937 random_{1};
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_AUTHOR_H_
