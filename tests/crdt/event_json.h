// Events in the words of Yjs, as JSON, so that expectations can be read and compared with it.
#ifndef YPP_TESTS_CRDT_EVENT_JSON_H_
#define YPP_TESTS_CRDT_EVENT_JSON_H_

#include <string>

#include "crdt/event.h"

namespace ypp {

// [{"retain":1},{"insert":["a",{"type":"map"}]},{"delete":2}]
std::string ListDeltaJson(const ListDelta& delta);
// {"k":["update",1]}: by key, what happened and the old value.
std::string KeysJson(const Event& event);
// ["list",0]
std::string PathJson(const Event& event);

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_EVENT_JSON_H_
