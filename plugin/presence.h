// Who is in a session, as its awareness shows them: a display name and a coarse kind of device,
// nothing else of a person.
#ifndef YPP_PLUGIN_PRESENCE_H_
#define YPP_PLUGIN_PRESENCE_H_

#include <string>
#include <vector>

#include "crdt/awareness.h"
#include "plugin/session_document.h"
#include "plugin/session_status.h"

namespace ypp::plugin {

// The awareness state that shows `author`. SCHEMA.md, "Awareness".
std::string PresenceJson(const Author& author);
// Those who show a name; one that has just come does not.
std::vector<Participant> ParticipantsOf(const Awareness& awareness);
// "pugi-cli@<hostname>".
std::string DefaultDisplayName();

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_PRESENCE_H_
