// What a host said before it knew the session.
//
// A host that joins a session from a new machine writes at once, into a document that is still
// empty. When the relay's state comes, its messages and the older ones are concurrent, and a merge
// may put them in front of those. They are then taken out and put where they belong by time.
#ifndef YPP_PLUGIN_EARLY_MESSAGES_H_
#define YPP_PLUGIN_EARLY_MESSAGES_H_

#include <vector>

#include "absl/status/status.h"
#include "crdt/map.h"
#include "crdt/subscription.h"
#include "plugin/element_tracker.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// Thread rule: that of the document.
class EarlyMessages {
 public:
  // Notes from now on which messages this replica writes, until the first change from elsewhere.
  // `document` must outlive it.
  explicit EarlyMessages(SessionDocument& document);

  // The relay's state has arrived: moves those that stand in front of an older one of others. A
  // message that is there once more, from the relay, is left where it is. Later calls do nothing.
  absl::Status Settle();

 private:
  void Note(const TransactionEvent& event);

  SessionDocument& document_;
  ElementTracker seen_;
  std::vector<Map> written_;
  bool open_ = true;
  Subscription subscription_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_EARLY_MESSAGES_H_
