// Whether a user's tier has synced sessions, as the client sees it; the relay has the last word.
#ifndef YPP_PLUGIN_TIER_H_
#define YPP_PLUGIN_TIER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ypp::plugin {

struct TierDecision {
  std::string tier;
  bool eligible = false;
  std::optional<size_t> max_sessions;  // at a time; nullopt: no limit is known here
  std::string hint;                    // for a person; empty when eligible
};

// An empty or unknown name is the free tier's.
TierDecision DecideTier(std::string_view tier);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TIER_H_
