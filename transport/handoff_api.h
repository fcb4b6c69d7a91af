// Handing a session to another device, over HTTP. PROTOCOL.md, "Handoff".
//
//   POST /api/handoff          Authorization: Bearer <token that opens the document>
//                              {"document": "...", "ttlMs": 300000}
//     201 {"token": "...", "expiresAt": ms}
//   POST /api/handoff/redeem   {"token": "..."}
//     200 {"document": "...", "token": "...", "expiresAt": ms, "readOnly": false}
//
// Errors are {"error": "<word>"}: handoff-unknown (404), handoff-used and handoff-expired (410),
// permission-denied (401), bad-request (400), too-many-handoffs (429).
//
// Redeeming is for pages of any origin: the token is all the right there is, and no cookie is
// looked at. Tokens are in no log and in no address.
#ifndef YPP_TRANSPORT_HANDOFF_API_H_
#define YPP_TRANSPORT_HANDOFF_API_H_

#include <memory>

#include "transport/executor.h"
#include "transport/handoff_registry.h"
#include "transport/http_message.h"
#include "transport/tenant_gate.h"

namespace ypp::transport {

class HandoffApi {
 public:
  using RequestPtr = std::shared_ptr<const HttpRequest>;

  HandoffApi(std::shared_ptr<TenantGate> gate, std::shared_ptr<HandoffRegistry> handoffs,
             Executor executor)
      : gate_(std::move(gate)), handoffs_(std::move(handoffs)), executor_(std::move(executor)) {}

  // False: the path is none of these, and `respond` was not taken.
  bool Answer(const RequestPtr& request, const HttpRespond& respond);

 private:
  void Issue(const HttpRequest& request, const HttpRespond& respond);
  void Redeem(const HttpRequest& request, const HttpRespond& respond);

  const std::shared_ptr<TenantGate> gate_;
  const std::shared_ptr<HandoffRegistry> handoffs_;
  const Executor executor_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HANDOFF_API_H_
