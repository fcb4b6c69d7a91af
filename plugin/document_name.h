// The name under which a session's document lives on the relay: tenant_<sha256 hex of the
// token>/pugi-session-<session id>.
//
// The hash keeps tenants apart: whoever does not hold the token cannot name the document, and the
// name does not give the token away.
#ifndef YPP_PLUGIN_DOCUMENT_NAME_H_
#define YPP_PLUGIN_DOCUMENT_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ypp::plugin {

// Longer ids are refused: stores keep document names in indexed columns.
inline constexpr size_t kMaxSessionIdBytes = 128;

// InvalidArgument for an empty token, or for a session id that is empty, too long or has other
// characters than A-Z a-z 0-9 . _ - (it becomes a part of names and of links).
absl::StatusOr<std::string> SessionDocumentName(std::string_view token,
                                                std::string_view session_id);

// The same for a tenant that has a name. InvalidArgument for a tenant that is empty, longer than
// 128 bytes or has other characters than a session id may.
absl::StatusOr<std::string> TenantSessionDocumentName(std::string_view tenant,
                                                      std::string_view session_id);

// 12 random characters that are easy to read aloud.
std::string RandomSessionId();
// `prefix` and 32 random hexadecimal digits, for messages and calls the host did not name.
std::string RandomId(std::string_view prefix);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_DOCUMENT_NAME_H_
