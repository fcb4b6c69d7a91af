// Who wrote what: a record, inside the document, of the client ids that a user had and of what was
// deleted under them. Clients draw a new id for each session; this tells which ids are the same
// person, and, unlike the document itself, who deleted something.
//
//   ypp::PermanentUserData users(doc);
//   users.SetUserMapping(doc.client_id(), "ada");
//   ...
//   users.UserByClientId(item.client);   // who wrote it
//   users.UserByDeletedId(item);         // who deleted it
//
// It is kept as Yjs keeps it: a map (root "users") of user -> {"ids": array of client ids, "ds":
// array of delete sets, V1}. Entries of another shape, from whoever, are passed over.
//
// When it writes: Yjs uses timers. Here each deletion is written down when the transactions that
// are going on are all through (Doc::OnAfterAllTransactions), as a transaction of its own; so what
// a transaction deletes is in the document when the call that ended the transaction returns.
//
// Thread rule: that of the document, which must outlive it.
#ifndef YPP_CRDT_PERMANENT_USER_DATA_H_
#define YPP_CRDT_PERMANENT_USER_DATA_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "codec/delete_set.h"
#include "codec/id.h"
#include "crdt/doc.h"
#include "crdt/map.h"
#include "crdt/subscription.h"
#include "crdt/transaction_event.h"

namespace ypp {

class PermanentUserData {
 public:
  // Reads what the map has, and from now on what comes. Nothing happens with a map that is not
  // valid().
  PermanentUserData(Doc& doc, Map users);
  explicit PermanentUserData(Doc& doc) : PermanentUserData(doc, doc.GetMap("users")) {}
  ~PermanentUserData();
  PermanentUserData(const PermanentUserData&) = delete;
  PermanentUserData& operator=(const PermanentUserData&) = delete;

  // Answers whether the deletions of a transaction shall be written down.
  using Filter = std::function<bool(const TransactionEvent&, const DeleteSet&)>;
  // Notes that `client` is `user`, and from now on that what local transactions delete was deleted
  // by `user`. For several users at once each gets the deletions that its filter lets through. When
  // somebody else replaces the user's entry, what is known of the user is written into the new one.
  // FailedPrecondition when the map of users is not valid(), InvalidArgument for a name that is not
  // UTF-8.
  absl::Status SetUserMapping(ClientId client, std::string_view user, Filter filter = nullptr);

  std::optional<std::string> UserByClientId(ClientId client) const;
  std::optional<std::string> UserByDeletedId(Id id) const;

 private:
  struct User {
    std::string name;
    SharedType ids;  // the arrays of the entry that was read last
    SharedType deletes;
    mutable DeleteSet deleted;
    mutable bool sorted = true;
  };
  // A user whose deletions are written here.
  struct Mapping {
    std::string user;
    SharedType entry;
    Filter filter;
    std::vector<std::string> to_write;
  };

  User& UserNamed(std::string_view name);
  // Reads the entry of a user as it is now.
  void ReadUser(std::string_view name);
  void NoteClient(const Value& value, const std::string& user);
  void NoteDeletes(const Value& value, User& user);

  void AfterTransaction(const TransactionEvent& event);
  void ReadAdded(const TransactionEvent& event);
  void AfterAllTransactions();
  void MoveToNewEntry(Mapping& mapping);

  Map users_;
  std::vector<std::unique_ptr<User>> known_;  // in the order in which they came
  std::map<ClientId, std::string> clients_;
  std::vector<std::unique_ptr<Mapping>> mappings_;
  Subscription after_transaction_;
  Subscription after_all_;
};

}  // namespace ypp

#endif  // YPP_CRDT_PERMANENT_USER_DATA_H_
