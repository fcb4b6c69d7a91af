// Keeps a document in a LocalStore: reads what is there, then writes every update.
#ifndef YPP_PLUGIN_LOCAL_COPY_H_
#define YPP_PLUGIN_LOCAL_COPY_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "crdt/doc.h"
#include "crdt/subscription.h"
#include "plugin/local_store.h"
#include "plugin/local_writer.h"

namespace ypp::plugin {

// An edit of this program is written when it is on the disk; what comes from elsewhere, which
// others have too, when the system has it. After the first failure nothing more is written: the
// document goes on in memory.
//
// Thread rule: that of the document, except where it is said.
class LocalCopy {
 public:
  // `doc` must outlive it. An empty `directory`: keeps nothing.
  LocalCopy(Doc& doc, const std::string& directory, const std::string& document,
            const LocalStoreSettings& settings = {});

  bool wanted() const { return wanted_; }
  // Why nothing is written any more. From any thread.
  absl::Status status() const;

  // Waits until all edits made so far are written, or never will be. From any thread.
  void Wait() const;
  // Calls `done` then, on any thread. From any thread.
  void WhenWritten(std::function<void()> done) const;

  // Called once when writing fails later, on another thread; it must not wait for anything.
  // nullptr: nobody is called from now on. From any thread.
  void OnFailure(std::function<void(const absl::Status&)> callback);

 private:
  absl::Status Read(const std::string& directory, const std::string& document,
                    const LocalStoreSettings& settings);
  void Write(const UpdateEvent& event);

  Doc& doc_;
  const bool wanted_;
  absl::Status read_status_;
  bool empty_ = false;                   // there is nothing in the store yet
  std::unique_ptr<LocalWriter> writer_;  // nullptr: nothing is kept
  Subscription subscription_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_LOCAL_COPY_H_
