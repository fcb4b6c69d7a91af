// Keeps a document in a LocalStore: reads what is there, then writes every update.
#ifndef YPP_PLUGIN_LOCAL_COPY_H_
#define YPP_PLUGIN_LOCAL_COPY_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "crdt/doc.h"
#include "crdt/subscription.h"
#include "plugin/local_store.h"

namespace ypp::plugin {

// An edit of this program is on the disk when its transaction ends; what comes from elsewhere,
// which others have too, when the system writes it. After the first failure nothing more is
// written: the document goes on in memory, and a store with a hole in it would not be read to its
// end.
//
// Thread rule: that of the document, except where it is said.
class LocalCopy {
 public:
  // `doc` must outlive it. An empty `directory`: keeps nothing.
  LocalCopy(Doc& doc, const std::string& directory, const std::string& document);

  bool wanted() const { return wanted_; }
  // Why nothing is written any more. From any thread.
  absl::Status status() const;
  // Called once when writing fails later. Before the first edit.
  void OnFailure(std::function<void()> callback) { on_failure_ = std::move(callback); }

 private:
  absl::Status Read(const std::string& directory, const std::string& document);
  void Write(const UpdateEvent& event);
  void Fail(absl::Status status);

  Doc& doc_;
  const bool wanted_;
  std::function<void()> on_failure_;
  std::unique_ptr<LocalStore> store_;
  Subscription subscription_;
  mutable std::mutex mutex_;
  absl::Status status_;  // guarded by mutex_
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_LOCAL_COPY_H_
