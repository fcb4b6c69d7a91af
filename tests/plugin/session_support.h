// Sessions over a relay in the test's own process.
#ifndef YPP_TESTS_PLUGIN_SESSION_SUPPORT_H_
#define YPP_TESTS_PLUGIN_SESSION_SUPPORT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "plugin/session.h"
#include "transport/relay.h"

namespace ypp::plugin {

// More than anything here takes, also on a machine that is busy.
inline constexpr int64_t kPatienceMs = 10'000;
inline constexpr char kToken[] = "a token of this test";

// A relay that knows `tokens` (JSON as in a tokens file; empty: kToken, of the tier builder) and
// counts sessions by tier.
RelayOptions TestRelayOptions(std::string_view tokens = {});
std::unique_ptr<Relay> StartRelay(RelayOptions options = TestRelayOptions());

// A host of kToken that tries again soon.
SessionOptions TestSessionOptions(const std::string& relay_url, const std::string& name = "host",
                                  const std::string& session_id = "s1");

// The user says `text`, by chat.message.
absl::Status Say(Session& session, const std::string& id, const std::string& text);
size_t MessageCount(const Session& session);

// Whether `condition` comes true in time.
bool Eventually(const std::function<bool()>& condition);

}  // namespace ypp::plugin

#endif  // YPP_TESTS_PLUGIN_SESSION_SUPPORT_H_
