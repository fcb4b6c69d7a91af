// How many sessions of one tenant may be live at once, by the tier of the token that opens them.
#ifndef YPP_TRANSPORT_TIER_LIMITS_H_
#define YPP_TRANSPORT_TIER_LIMITS_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ypp {

// What a tier that is not named counts as.
inline constexpr std::string_view kLowestTier = "free";

struct TierLimits {
  // nullopt: as many as there are, which a contract may have set otherwise.
  std::map<std::string, std::optional<size_t>, std::less<>> sessions = {
      {"free", 0}, {"founder", 0}, {"builder", 1}, {"team", 10}, {"enterprise", std::nullopt}};

  // nullopt: no limit. 0 for a tier that is not in the list.
  std::optional<size_t> Of(std::string_view tier) const {
    const auto found = sessions.find(tier.empty() ? kLowestTier : tier);
    return found != sessions.end() ? found->second : std::optional<size_t>(0);
  }
};

}  // namespace ypp

#endif  // YPP_TRANSPORT_TIER_LIMITS_H_
