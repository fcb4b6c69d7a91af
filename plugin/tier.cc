#include "plugin/tier.h"

#include "transport/tier_limits.h"

namespace ypp::plugin {

TierDecision DecideTier(std::string_view tier) {
  const TierLimits limits;
  TierDecision decision;
  const bool known = limits.sessions.count(tier) != 0;
  decision.tier = known ? tier : kLowestTier;
  decision.max_sessions = limits.Of(decision.tier);
  decision.eligible = !decision.max_sessions || *decision.max_sessions > 0;
  if (!decision.eligible) {
    if (!known && !tier.empty()) decision.hint = "this tier is not known, and taken for another: ";
    decision.hint += "the " + decision.tier +
                     " tier keeps sessions on this machine; upgrade to builder to continue them "
                     "elsewhere";
  }
  return decision;
}

}  // namespace ypp::plugin
