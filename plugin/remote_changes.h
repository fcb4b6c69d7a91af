// Turns what other participants do to a session document into something a host can show.
#ifndef YPP_PLUGIN_REMOTE_CHANGES_H_
#define YPP_PLUGIN_REMOTE_CHANGES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "crdt/doc.h"
#include "crdt/subscription.h"
#include "plugin/element_tracker.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// A message that was there already and grew, as an assistant's does while it is written.
struct MessageGrowth {
  Message message;       // as it is now
  std::string appended;  // what came behind the text shown before
};

// One transaction's worth, in document order.
struct RemoteChanges {
  std::vector<Message> messages;
  std::vector<MessageGrowth> growths;
  std::vector<Job> jobs;
  std::vector<FileMutation> file_mutations;
  std::optional<std::string> persona;
  std::optional<std::string> title;

  bool empty() const {
    return messages.empty() && growths.empty() && jobs.empty() && file_mutations.empty() &&
           !persona && !title;
  }
};

// Watches from its construction on; what is in the document by then, and what this replica writes,
// is not reported. A message or a job of the past that is in the list again, as hosts that joined
// at the same moment leave it, is not new; of such messages that whose text is longest grows.
//
// An own message or job costs one step; a change from elsewhere costs a walk over
// the list or map that it touched, and so does any change of the file mutations.
//
// Thread rule: that of the document, also for the callback, which may edit.
class RemoteChangesWatcher {
 public:
  // `document` must outlive the watcher.
  RemoteChangesWatcher(const SessionDocument& document,
                       std::function<void(const RemoteChanges&)> callback);

 private:
  void HandleTransaction(const TransactionEvent& event);
  // Remembers the types of which a message consists, so that a change of one of them leads to it.
  void Follow(const Map& message);
  void TakeMessage(const Value& value, bool local, RemoteChanges& changes);
  // What `message`, which was shown before and whose copy in the document is `copy`, has more now.
  void TakeGrowth(uint64_t copy, Message message, bool local, RemoteChanges& changes);
  void TakeJob(const Value& value, bool local, RemoteChanges& changes);

  struct Shown {
    uint64_t copy;  // KeyOf it
    size_t bytes;   // of its text
  };

  const SessionDocument& document_;
  const std::function<void(const RemoteChanges&)> callback_;
  ElementTracker messages_;
  ElementTracker jobs_;
  std::unordered_map<uint64_t, Map> message_of_;  // by a type inside it
  std::unordered_map<std::string, Shown> shown_;  // messages by their id
  std::unordered_set<std::string> job_ids_;
  std::unordered_map<std::string, uint64_t> records_;  // by path
  std::string persona_;
  std::string title_;
  Subscription subscription_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_REMOTE_CHANGES_H_
