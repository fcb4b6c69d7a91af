// From the name of a document to a room with all that the store and the hooks have of it:
// OnCreateDocument, the store's snapshot and log, OnLoadDocument.
//
// Let go of, it does nothing any more. On the relay's thread.
#ifndef YPP_TRANSPORT_DOCUMENT_LOADER_H_
#define YPP_TRANSPORT_DOCUMENT_LOADER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/document_host.h"
#include "transport/hooks.h"
#include "transport/room.h"
#include "transport/store.h"

namespace ypp::transport {

struct LoadedDocument {
  std::unique_ptr<Room> room;
  StoredDocument stored;              // without its updates
  std::vector<std::string> to_store;  // what hooks loaded, in the room and not in the store
};

class DocumentLoader : public std::enable_shared_from_this<DocumentLoader> {
 public:
  using Done = std::function<void(absl::StatusOr<LoadedDocument>)>;

  // `host` must outlive it. `context`: of the first who waits for the document, or null.
  DocumentLoader(DocumentHost* host, std::string name, std::function<ContextPtr()> context,
                 Done done)
      : host_(host), name_(std::move(name)), context_(std::move(context)), done_(std::move(done)) {}

  // Once. `done` may come inside the call.
  void Start();

 private:
  void ReadStore(DocOptions options);
  void OnRead(absl::StatusOr<StoredDocument> stored, DocOptions options);
  void AskHooks();
  // What hooks loaded is stored only once all of it was found to be good.
  void Import(const std::vector<std::string>& updates);
  // Runs `function(*this, result)` unless it was let go of.
  template <typename Result, typename Function>
  std::function<void(Result)> Step(Function function);

  DocumentHost* host_;
  const std::string name_;
  const std::function<ContextPtr()> context_;
  const Done done_;
  LoadedDocument loaded_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_LOADER_H_
