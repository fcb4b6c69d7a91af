#include "plugin/presence.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "codec/json.h"

namespace ypp::plugin {
namespace {

std::optional<Author> AuthorFromPresence(const std::string& json) {
  const absl::StatusOr<Any> state = codec::ParseJson(json);
  if (!state.ok()) return std::nullopt;
  const Any* user = state->Find("user");
  const Any* name = user != nullptr ? user->Find("name") : nullptr;
  if (name == nullptr || name->if_string() == nullptr) return std::nullopt;
  Author author{*name->if_string(), ""};
  const Any* device = user->Find("device");
  if (device != nullptr && device->if_string() != nullptr) author.device = *device->if_string();
  return author;
}

}  // namespace

// y-protocols leaves the shape open; `user` with a `name` is what editors on Yjs look for.
std::string PresenceJson(const Author& author) {
  return codec::ToJson(
      Any::Object{{"user", Any::Object{{"name", author.name}, {"device", author.device}}}});
}

std::vector<Participant> ParticipantsOf(const Awareness& awareness) {
  std::vector<Participant> participants;
  for (const auto& [client, state] : awareness.states()) {
    if (std::optional<Author> author = AuthorFromPresence(state)) {
      participants.push_back({std::move(*author), client == awareness.client()});
    }
  }
  return participants;
}

std::string DefaultDisplayName() {
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') return "pugi-cli";
  std::string name(host);
  name.resize(std::min(name.size(), name.find('.')));  // the domain says more than it should
  return "pugi-cli@" + name;
}

}  // namespace ypp::plugin
