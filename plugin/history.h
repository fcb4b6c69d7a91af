// What was said in a session before this host's hooks came: read from the host's own messages, and
// put into the document where it is missing.
//
// Ids decide what is missing. A message that is in the document already, from an earlier run or
// another device, stays as it is, but for one that its writer could not finish: parts that are
// missing are added, and a text that the whole one begins with is completed. What is missing goes
// where it belongs by the host's order and by time, never behind what is younger.
//
// The calls of the past become jobs by their ids alone, whoever ran them, and have no content hash
// and no files: nobody can tell any more who knew of what, so they are in conflict with nothing,
// and what is known of a file since is not overwritten.
#ifndef YPP_PLUGIN_HISTORY_H_
#define YPP_PLUGIN_HISTORY_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

struct HistoryMessage {
  Message message;
  bool complete = false;  // nothing comes behind it any more
};

// Oldest first.
struct History {
  std::vector<HistoryMessage> messages;
  std::vector<Job> jobs;
  size_t unreadable = 0;  // entries that were left out
};

struct HistoryAdded {
  size_t messages = 0;  // that were not there before
  size_t jobs = 0;
  size_t unreadable = 0;
};

// One transaction. Costs a walk over the document's messages and jobs. Thread rule: that of the
// document.
absl::StatusOr<HistoryAdded> AddHistory(SessionDocument& document, const History& history);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_HISTORY_H_
