// A session document with hooks on it and a clock that stands still, without a network.
#ifndef YPP_TESTS_PLUGIN_HOOKED_DOCUMENT_H_
#define YPP_TESTS_PLUGIN_HOOKED_DOCUMENT_H_

#include <string>

#include "codec/json.h"
#include "crdt/doc.h"
#include "plugin/hooks.h"
#include "plugin/session_document.h"

namespace ypp::plugin {

struct HookedDocument {
  Doc doc;
  SessionDocument document{doc};
  int64_t now_ms = 1'700'000'000'000;
  Hooks hooks{document,
              {"s1",
               {"pugi-cli@laptop", "terminal"},
               "/home/ada/project",
               "/home/ada",
               [this] { return now_ms; },
               [](const std::function<void()>& fn) { fn(); }}};

  // All of the document, as a Yjs peer would print it.
  std::string Json() {
    return codec::ToJson(Any::Object{{"messages", document.messages().ToJson()},
                                     {"file_mutations", document.file_mutations().ToJson()},
                                     {"active_persona", document.active_persona().ToString()},
                                     {"metadata", document.metadata().ToJson()},
                                     {"jobs", document.jobs().ToJson()}});
  }
};

}  // namespace ypp::plugin

#endif  // YPP_TESTS_PLUGIN_HOOKED_DOCUMENT_H_
