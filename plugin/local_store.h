// A document's updates in a LevelDB directory, in the layout of the npm package y-leveldb, so that
// either program opens what the other wrote (one at a time: LevelDB locks the directory).
//
//   [0, length, "v1"] [0, length, document] [0, 6, "update"] [1, clock as 4 bytes, big end first]
//       -> an update, V1
//   [0, 5, "v1_sv"] [0, length, document]
//       -> clock and state vector, each as lib0 writes them
//
// Lengths are variable-length integers. The clock counts a document's updates up from 0.
//
// Thread rule: one thread at a time.
#ifndef YPP_PLUGIN_LOCAL_STORE_H_
#define YPP_PLUGIN_LOCAL_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace leveldb {
class Env;
}

namespace ypp::plugin {

// y-leveldb replaces as many updates by one.
inline constexpr size_t kLocalStoreTrimUpdates = 500;

// What a person is told of a store that is damaged.
inline constexpr char kDamagedStoreMessage[] =
    "the local store is damaged; `ypp-session repair` with its directory mends it";

// For tests: another disk, and smaller files.
struct LocalStoreSettings {
  leveldb::Env* env = nullptr;
  size_t write_buffer_bytes = 0;
};

class LocalStore {
 public:
  // Makes the directory, which only this user can read then, when there is none. FailedPrecondition
  // when another process has it open, DataLoss when it is damaged (RepairLocalStore may help),
  // Unavailable for what else the system says. No message names the document.
  static absl::StatusOr<std::unique_ptr<LocalStore>> Open(const std::string& directory,
                                                          std::string document,
                                                          const LocalStoreSettings& settings = {});
  ~LocalStore();
  LocalStore(const LocalStore&) = delete;
  LocalStore& operator=(const LocalStore&) = delete;

  // In the order in which they were appended.
  absl::StatusOr<std::vector<std::string>> Load();
  // All or none. `durable`: they are on the disk when this returns. `state_vector` stands for the
  // document with the first of them; it is written with a document's first one, and may be empty
  // for later ones.
  absl::Status Append(absl::Span<const std::string> updates, std::string_view state_vector,
                      bool durable);
  // Replaces all updates by one that stands for them, on the disk when this returns. A crash on the
  // way leaves either.
  absl::Status Replace(std::string_view update, std::string_view state_vector);

 private:
  class Impl;
  explicit LocalStore(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// The document whose update stands under this key; empty for keys of other things.
std::string DocumentOfUpdateKey(std::string_view key);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_LOCAL_STORE_H_
