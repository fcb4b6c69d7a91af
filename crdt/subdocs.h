// The sub-documents of a document: items of kind kDoc that are not deleted, each with its Doc once
// somebody needs it.
//
// What is on the wire, a guid and options, is the item's content. The Doc beside it is made when it
// is first asked for, so that an update full of sub-documents costs no more than one full of
// anything else. Source: ContentDoc.js, Doc.load, Doc.destroy and cleanupTransactions, yjs.
#ifndef YPP_CRDT_SUBDOCS_H_
#define YPP_CRDT_SUBDOCS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "crdt/item.h"
#include "crdt/transaction_state.h"

namespace ypp {
class Doc;
struct DocOptions;
}  // namespace ypp

namespace ypp::internal {

class DocState;

class Subdocs {
 public:
  explicit Subdocs(DocState& parent) : parent_(parent) {}
  ~Subdocs();
  Subdocs(const Subdocs&) = delete;
  Subdocs& operator=(const Subdocs&) = delete;

  // The next kDoc item that is integrated holds this document. (Else: one made from what the item
  // says.)
  void AttachNext(std::shared_ptr<Doc> doc) { next_ = std::move(doc); }

  // To be told when an item of kind kDoc was integrated, or marked deleted. REQUIRE a transaction.
  void Integrated(ItemRef item);
  void Deleted(ItemRef item);

  // The document of an item of kind kDoc, deleted or not.
  std::shared_ptr<Doc> Get(const Item& item);
  // Those in the document now, in the order in which they came.
  std::vector<std::shared_ptr<Doc>> All();
  std::vector<std::string> Guids() const;
  // Only those that were made.
  std::vector<std::shared_ptr<Doc>> Made() const;

  // `doc`, which is in item `item`, is being destroyed: a new one takes its place.
  void Replace(LocalId item, const std::shared_ptr<Doc>& doc);
  // Somebody wants to load it.
  void Load(LocalId item, std::shared_ptr<Doc> doc);

  // The last step of a commit: brings new sub-documents in line with their parent, tells, and
  // destroys what was removed.
  void Commit(TransactionState& transaction);

 private:
  struct Entry {
    std::shared_ptr<Doc> doc;  // null until it is made
    // Number of the transaction, and the place in its list: also the order in which they came.
    uint64_t added_in = 0;
    uint32_t added_at = 0;
    // Where it stands in that transaction's subdocs_loaded; kNoIndex when it need not be loaded.
    uint32_t loaded_at = kNoIndex;
  };

  Entry* Find(LocalId item);
  void Add(LocalId item, Entry& entry);
  std::shared_ptr<Doc> Made(LocalId item, Entry& entry);
  std::shared_ptr<Doc> MakeFrom(const Item& item);
  // In the order in which they came.
  std::vector<LocalId> Sorted() const;

  DocState& parent_;
  absl::flat_hash_map<LocalId, Entry> entries_;
  std::shared_ptr<Doc> next_;
};

// What the item's content says. REQUIRES: kind kDoc.
DocOptions SubdocOptions(const DocState& doc, const Item& item);
// The content of an item that holds this document.
std::string SubdocContent(const Doc& doc);

}  // namespace ypp::internal

#endif  // YPP_CRDT_SUBDOCS_H_
