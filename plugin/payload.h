// Reads members of a host's JSON payload.
#ifndef YPP_PLUGIN_PAYLOAD_H_
#define YPP_PLUGIN_PAYLOAD_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "codec/any.h"
#include "plugin/personal_paths.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

// `path` names a member, a member of that, and so on. nullptr when one of them is not there.
const Any* FindMember(const Any& object, std::initializer_list<std::string_view> path);

// Empty unless the member is a string.
std::string StringMember(const Any& object, std::string_view name);
double NumberMember(const Any& object, std::string_view name, double otherwise);
// A member of `time`, in milliseconds since 1970. 0: there is none that can be one.
int64_t TimeMember(const Any& object, std::string_view name);

// OpenCode's UserMessage or AssistantMessage, without its parts, as a message of the document.
// Author and time are left to the caller where the payload does not say.
Message MessageFromPayload(const Any& info, const PersonalPaths& paths);
// OpenCode's Part. Fields that are not known are kept, except large ones.
MessagePart PartFromPayload(const Any& part, const PersonalPaths& paths);

// Parts that say how the model worked and not what was said.
bool IsBookkeepingPart(std::string_view type);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_PAYLOAD_H_
