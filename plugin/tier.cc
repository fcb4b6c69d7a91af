#include "plugin/tier.h"

#include "transport/tier_limits.h"

namespace ypp::plugin {

TierDecision DecideTier(std::string_view tier) {
  const TierLimits limits;
  TierDecision decision;
  decision.tier = limits.sessions.count(tier) != 0 ? tier : kLowestTier;
  decision.max_sessions = limits.Of(decision.tier);
  decision.eligible = !decision.max_sessions || *decision.max_sessions > 0;
  if (!decision.eligible) {
    decision.hint = "the " + decision.tier +
                    " tier keeps sessions on this machine; upgrade to builder to continue them "
                    "elsewhere";
  }
  return decision;
}

}  // namespace ypp::plugin
