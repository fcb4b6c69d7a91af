// Writes a document's updates to a LocalStore on a thread of its own: those that come while the
// disk is busy go to it together, with one sync for all of them.
#ifndef YPP_PLUGIN_LOCAL_WRITER_H_
#define YPP_PLUGIN_LOCAL_WRITER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "plugin/local_store.h"

namespace ypp::plugin {

// While more than this waits for the disk, Write waits too.
inline constexpr size_t kMaxUnwrittenBytes = 8 << 20;

// After the first failure nothing more is written, since a store with a hole in it would not be
// read to its end, and nobody waits any more.
//
// Any thread. Callbacks come on the writer's thread, or inside the call.
class LocalWriter {
 public:
  explicit LocalWriter(std::unique_ptr<LocalStore> store);
  // Writes what waits.
  ~LocalWriter();
  LocalWriter(const LocalWriter&) = delete;
  LocalWriter& operator=(const LocalWriter&) = delete;

  // `durable`: it counts as written when it is on the disk, else when the system has it.
  // `state_vector`: see LocalStore::Append.
  void Write(std::string update, std::string state_vector, bool durable);
  // Waits until all that came before is written, or never will be.
  void Wait();
  // Calls `done` then.
  void WhenWritten(std::function<void()> done);

  // Why nothing is written any more.
  absl::Status status() const;
  // Called once when writing fails. It must not wait for anything. nullptr: nobody is called from
  // now on.
  void OnFailure(std::function<void(const absl::Status&)> callback);

 private:
  struct Update {
    std::string bytes;
    std::string state_vector;
    bool durable;
  };

  void Run();
  absl::Status WriteBatch(std::vector<Update> batch);
  // With mutex_ held, which the first two let go of in between.
  void WriteWaiting(std::unique_lock<std::mutex>& lock);
  void CallDone(std::unique_lock<std::mutex>& lock);
  bool IsNextDone() const;
  void Fail(absl::Status status);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<LocalStore> store_;  // touched by the thread alone
  // All below is guarded by mutex_.
  std::vector<Update> waiting_;
  size_t waiting_bytes_ = 0;
  uint64_t last_ = 0;     // counts updates as they came
  uint64_t written_ = 0;  // and as they were written
  std::deque<std::pair<uint64_t, std::function<void()>>> when_written_;
  bool calling_ = false;  // those of them that are done
  std::function<void(const absl::Status&)> on_failure_;
  absl::Status status_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_LOCAL_WRITER_H_
