// Somebody who types into a document, one character per update, and knows when each was sent: the
// character's clock tells it apart in whatever update it arrives.
#ifndef YPP_BENCH_RELAY_AUTHOR_H_
#define YPP_BENCH_RELAY_AUTHOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/id.h"
#include "crdt/doc.h"

namespace ypp::bench {

class Author {
 public:
  explicit Author(ClientId client);

  // The next character's update; it counts as sent now.
  std::string Type(int64_t now_ns);
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
};

// A document that was written at random places, as one update.
std::string ScatteredDocument(size_t insertions);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_AUTHOR_H_
