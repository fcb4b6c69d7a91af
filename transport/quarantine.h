// Updates that were refused because they write in the name of another client, kept for an operator
// to look at. What was first stays: when it is full nothing more is kept until something is
// removed, so that a flood neither costs anything nor washes its beginning away.
//
// With a folder each is two files there, <id>.update with the bytes and <id>.json with what is
// known of it, and those of earlier runs are there as well. Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_QUARANTINE_H_
#define YPP_TRANSPORT_QUARANTINE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/id.h"

namespace ypp::transport {

struct QuarantinedUpdate {
  std::string document;
  ClientId client = 0;  // in whose name
  std::string user;     // who sent it, if its token names one
  std::string address;  // from where
  int64_t time_ms = 0;  // since 1970
  size_t size_bytes = 0;
};

class Quarantine {
 public:
  static constexpr size_t kMaxUpdates = 1'000;
  static constexpr size_t kMaxBytes = 64u << 20;

  // In memory.
  Quarantine() = default;
  // Makes the folder when there is none, and reads what is there. Unavailable with the system's
  // words.
  absl::Status UseFolder(const std::string& folder);

  // Adds the time and the size. ResourceExhausted when it is full, Unavailable when the folder
  // cannot be written.
  absl::Status Keep(QuarantinedUpdate about, const std::string& update);
  const std::map<uint64_t, QuarantinedUpdate>& entries() const { return entries_; }
  // NotFound.
  absl::StatusOr<std::string> Read(uint64_t id) const;
  absl::Status Remove(uint64_t id);

 private:
  std::string PathOf(uint64_t id, const char* extension) const;

  std::string folder_;                         // empty: none
  std::map<uint64_t, std::string> in_memory_;  // without a folder
  std::map<uint64_t, QuarantinedUpdate> entries_;
  size_t bytes_ = 0;
  uint64_t last_id_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_QUARANTINE_H_
