// What a relay's port answers to programs and operators. PROTOCOL.md, "HTTP".
//
//   GET  /healthz  /readyz                         for everybody
//   GET  /metrics                                  all else: for who has the admin token
//   GET  /api/stats
//   GET  /api/documents?after=NAME&limit=N
//   GET  /api/documents/NAME?text=ROOT&map=ROOT    JSON; with &at=MS or &position=N as it was then
//   GET  /api/documents/NAME/update?since=BASE64   V1 update; or with ?at= or ?position=
//   POST /api/documents/NAME/update                V1 update
//   GET  /api/documents/NAME/history
//   DELETE /api/documents/NAME
//   POST /api/documents/NAME/close, /api/close     CLOSE to clients
//   POST /api/flush                                OnStoreDocument where it is due
//   GET  /api/quarantine                           updates refused as somebody else's
//   GET  /api/quarantine/ID, DELETE                its bytes
//
// Everything happens on the relay's thread; answers may come later.
#ifndef YPP_TRANSPORT_ADMIN_API_H_
#define YPP_TRANSPORT_ADMIN_API_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "transport/document_hub.h"
#include "transport/http_message.h"
#include "transport/quarantine.h"
#include "transport/relay_metrics.h"
#include "transport/store.h"

namespace ypp::transport {

class AdminApi {
 public:
  using RequestPtr = std::shared_ptr<const HttpRequest>;

  struct Parts {
    DocumentHub* hub = nullptr;
    Store* store = nullptr;
    RelayMetrics* metrics = nullptr;
    // Empty: nobody is let in.
    std::string admin_token;
    Quarantine* quarantine = nullptr;
    // OK, or why no new clients should be sent here.
    std::function<absl::Status()> readiness;
  };
  explicit AdminApi(Parts parts) : parts_(std::move(parts)) {}

  // False: the path is none of these, and `respond` was not taken.
  bool Answer(const RequestPtr& request, const HttpRespond& respond);

 private:
  bool MayAdminister(const HttpRequest& request) const;
  void AnswerApi(const RequestPtr& request, const HttpRespond& respond);
  void AnswerDocument(const RequestPtr& request, std::string name, std::string_view action,
                      const HttpRespond& respond);
  void AnswerQuarantine(const HttpRequest& request, std::string_view rest,
                        const HttpRespond& respond);
  void ListDocuments(const RequestPtr& request, const HttpRespond& respond);
  void ShowDocument(const RequestPtr& request, const std::string& name, const HttpRespond& respond);
  void SendUpdate(const RequestPtr& request, const std::string& name, const HttpRespond& respond);
  void TakeUpdate(const RequestPtr& request, const std::string& name, const HttpRespond& respond);
  void ShowHistory(const RequestPtr& request, const std::string& name, const HttpRespond& respond);
  void ShowHistoricState(const RequestPtr& request, const std::string& name,
                         const HttpRespond& respond, bool as_update);
  void DeleteDocument(const std::string& name, const HttpRespond& respond);
  void CloseClients(const RequestPtr& request, const std::string* name, const HttpRespond& respond);
  // Opens the document for as long as `use` takes.
  void WithDocument(const std::string& name, const HttpRespond& respond,
                    std::function<void(const HostedDocumentPtr&, std::shared_ptr<void>)> use);

  Parts parts_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_ADMIN_API_H_
