// A direct connection as the hub and as the program see it.
#ifndef YPP_TRANSPORT_DIRECT_MEMBER_H_
#define YPP_TRANSPORT_DIRECT_MEMBER_H_

#include <functional>
#include <memory>
#include <string>

#include "transport/direct_connection.h"
#include "transport/document_hub.h"
#include "transport/executor.h"

namespace ypp::transport {

// On the relay's thread. `hub` must outlive all tasks of the executor.
void OpenDirectMember(DocumentHub* hub, const Executor& executor, std::string document,
                      ContextPtr context,
                      std::function<void(absl::StatusOr<std::shared_ptr<DirectConnection>>)> done);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DIRECT_MEMBER_H_
