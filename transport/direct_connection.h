// A document opened by the program itself, to read and edit it as one more participant.
//
//   relay.OpenDirectConnection("notes", nullptr, [](auto connection) {
//     if (!connection.ok()) ...
//     (*connection)->Transact([](ypp::Doc& doc) { (void)doc.GetText("t").Append("hello"); },
//                             [](absl::Status durable) { ... });
//   });
//
// The document stays open while the connection is there; letting go of it disconnects. From any
// thread; callbacks come on the relay's thread.
#ifndef YPP_TRANSPORT_DIRECT_CONNECTION_H_
#define YPP_TRANSPORT_DIRECT_CONNECTION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/relay_document.h"

namespace ypp {

class DirectConnection {
 public:
  virtual ~DirectConnection() = default;

  // Runs `edit` on the relay's thread as one transaction, then sends it to everybody. `durable`
  // once it is on disk; an error means that the document was dropped for that.
  virtual void Transact(std::function<void(Doc& doc)> edit,
                        std::function<void(absl::Status)> durable = {}) = 0;
  // The same, without a call of OnStoreDocument for it.
  virtual void TransactWithoutStore(std::function<void(Doc& doc)> edit) = 0;
  // Hands the document to `look`; not called when the document was dropped.
  virtual void Read(std::function<void(RelayDocument& document)> look) = 0;
  // Nothing that was asked for before is lost.
  virtual void Disconnect() = 0;
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_DIRECT_CONNECTION_H_
